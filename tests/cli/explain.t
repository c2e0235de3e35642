# SPDX-License-Identifier: GPL-2.0-or-later
explain tcp 198.51.100.9:40000 203.0.113.9:80 ; prints ; no VM is concerned | permit
-j explain tcp 198.51.100.9:40000 203.0.113.9:80 ; prints ; {"verdict":"permit","legs":[]}
explain any 198.51.100.9 203.0.113.9 ; usage ; proto 'any': a packet has one protocol
explain icmp 198.51.100.9:1 203.0.113.9 ; usage ; source '198.51.100.9:1': icmp has no ports
explain tcp 198.51.100.9 203.0.113.9:80 type 8 ; usage ; only icmp and icmpv6 have types
explain tcp 198.51.100.9 203.0.113.9:65536 ; usage ; the port must be 0 to 65535
explain tcp 198.51.100.9 2001:db8::4 ; usage ; source 198.51.100.9 is IPv4, destination 2001:db8::4 IPv6
explain tcp 198.51.100.9 ; usage ; DST[:PORT] is missing
explain tcp 198.51.100.9 203.0.113.9:80 via x ; usage ; (try: from secure type)
explain tcp 198.51.100.9 203.0.113.9 from nope0 ; fail ; -:1: there is no interface 'nope0'

+ add vnet v prefix 10.2.0.0/16 uplink wg0
+ add vm sql1 dev ept0 address 10.2.1.4 vnet v
+ add vm app1 dev ept1 address 10.2.1.5 vnet v
+ add endpoint sql1/mssql tcp 1433 public 203.0.113.20:14333
+ add rule sql1/mssql 100 permit 203.0.113.10/32
+ add rule vm app1 out 10 deny 10.2.1.4/32 proto udp
explain tcp 203.0.113.10:4000 203.0.113.20:14333 ; prints ; in to sql1: 203.0.113.10:4000 -> 10.2.1.4:1433 |   sql1/mssql: permit by rule 100 |   vm sql1 in: permit by default |   permit: permit | permit
explain tcp 198.51.100.9:4000 203.0.113.20:14333 ; prints ; in to sql1: 198.51.100.9:4000 -> 10.2.1.4:1433 |   sql1/mssql: drop by default |   drop: acl | drop: acl
explain udp 10.2.1.5:1 10.2.1.4:2 ; prints ; out of app1: 10.2.1.5:1 -> 10.2.1.4:2 |   vm app1 out: drop by rule 10 |   drop: acl | drop: acl
-j explain udp 10.2.1.5:1 10.2.1.4:2 ; prints ; {"verdict":"drop","legs":[{"vm":"app1","direction":"out","verdict":"drop","reason":"acl","owner":"vm app1 out","order":10,"acl":null,"layers":[{"owner":"vm app1 out","verdict":"drop","order":10}]}]}
-j explain tcp 198.51.100.9:4000 203.0.113.20:14333 ; prints ; {"verdict":"drop","legs":[{"vm":"sql1","direction":"in","verdict":"drop","reason":"acl","owner":"sql1/mssql","order":null,"acl":null,"layers":[{"owner":"sql1/mssql","verdict":"drop","order":null}]}]}
add rule vm sql1 in 1 permit any secure reqid 5\nexplain udp 10.2.1.9:1 10.2.1.4:9 secure reqid 5 ; prints ; in to sql1: 10.2.1.9:1 -> 10.2.1.4:9 |   vm sql1 in: permit by rule 1 |   permit: permit | permit
add rule vm sql1 in 1 permit any secure reqid 5\nexplain udp 10.2.1.9:1 10.2.1.4:9 secure ; prints ; in to sql1: 10.2.1.9:1 -> 10.2.1.4:9 |   vm sql1 in: drop by default |   drop: acl | drop: acl
add rule vm sql1 in 1 permit any secure reqid 5\nexplain udp 10.2.1.9:1 10.2.1.4:9 ; prints ; in to sql1: 10.2.1.9:1 -> 10.2.1.4:9 |   vm sql1 in: drop by default |   drop: ipsec-required | drop: ipsec-required
explain udp 10.2.1.9:1 10.2.1.4:9 secure reqid ; usage ; 'secure' is missing its value
-j explain tcp 198.51.100.9:4000 203.0.113.20:80 ; prints ; {"verdict":"drop","legs":[{"vm":null,"direction":"in","verdict":"drop","reason":"no-endpoint","owner":null,"order":null,"acl":null,"layers":[]}]}
-j remove rule sql1/mssql 100\nexplain tcp 198.51.100.9:4000 203.0.113.20:14333 ; prints ; {"verdict":"permit","legs":[{"vm":"sql1","direction":"in","verdict":"permit","reason":"permit","owner":null,"order":null,"acl":null,"layers":[{"owner":"sql1/mssql","verdict":"permit","order":null},{"owner":"vm sql1 in","verdict":"permit","order":null}]}]}

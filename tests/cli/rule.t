# SPDX-License-Identifier: GPL-2.0-or-later
+ add vm web1 dev ept0 address 10.0.0.4
+ add endpoint web1/http tcp 80
add rule web1/http 100 permit any ; ok
add rule web1/http 1 deny 203.0.113.0/24 ; ok
add rule web1/http 65535 deny 203.0.113.7 ; ok ; add rule web1/http 65535 deny 203.0.113.7/32
add rule web1/http 100 permit 175.1.0.1/24 ; ok ; add rule web1/http 100 permit 175.1.0.0/24
add rule web1/http 100 permit 175.1.0.1/24 ; note ; -:1: note: 175.1.0.1/24 has host bits: taken as 175.1.0.0/24
argv add rule web1/http 100 permit 175.1.0.1/24 ; note ; aclctl: note: 175.1.0.1/24 has host bits: taken as 175.1.0.0/24
add rule web1/http 100 permit 2001:db8::/32 ; ok
add rule web1/http 100 permit 0.0.0.0/0 ; ok
add rule web1/http 100 permit ::/0 ; ok
add rule vm web1 in 100 deny any proto tcp lport 22,80-90 rport 1024-65535 name "no ssh" ; ok
add rule vm web1 in 100 deny any rport 0-1023 ; ok
add rule vm web1 out 100 permit any proto icmp type 8 ; ok
add rule vm web1 out 100 permit any proto icmpv6 type 1/3 ; ok
add rule vm web1 out 100 permit any proto icmp ; ok
add rule vm web1 out 100 permit any proto 47 ; ok
add rule vm web1 out 100 permit any proto any ; ok ; add rule vm web1 out 100 permit any
add rule web1/http 100 permit any name plain ; ok ; add rule web1/http 100 permit any name "plain"
add rule web1/http 100 permit any name "# not a comment" ; ok
add rule web1/http 100 permit any name "Büro \xe2\x82\xac" ; ok ; add rule web1/http 100 permit any name "Büro €"
argv add rule web1/http 100 permit any name "front ends" ; ok ; add rule web1/http 100 permit any name "front ends"
argv add rule web1/http 100 permit any name 'a"b' ; usage ; must not hold
argv add rule web1/http 100 permit any name $'a\nb' ; usage ; must not hold
argv add rule web1/http 100 permit any name $'a\xffb' ; usage ; must be UTF-8
argv add rule web1/http 100 permit any name "" ; usage ; must be 1 to 127 bytes long
add rule web1/http 0 permit any ; usage ; order '0': must be 1 to 65535
add rule web1/http 65536 permit any ; usage ; order '65536': must be 1 to 65535
add rule web1/http permit any ; usage ; order 'permit': must be 1 to 65535
add rule web1/http 100 permit ; usage ; REMOTE is missing (add rule OWNER ORDER
add rule web1/http 100 allow any ; usage ; action 'allow': must be permit or deny
add rule web1/http 100 permit all ; usage ; remote 'all': must be any, a prefix or set NAME
add rule web1/http 100 permit ; usage ; REMOTE is missing
add rule web1/http 100 permit 10.0.0.1/33 ; usage ; remote '10.0.0.1/33': the length must be 0 to 32
add rule web1/http 100 permit 10.0.0/8 ; usage ; remote '10.0.0/8': must be
add rule web1/http 100 permit any lport 80,80 ; usage ; lport '80': is in the list already
add rule web1/http 100 permit any lport 65536 ; usage ; lport '65536': must be 0 to 65535
add rule web1/http 100 permit any lport 90-80 ; usage ; from the lower port to the higher one
add rule web1/http 100 permit any secure ; ok
add rule web1/http 100 permit any secure reqid 7 ; ok
add rule web1/http 100 permit any reqid 7 ; usage ; unknown word 'reqid'
add rule web1/http 100 permit any secure reqid ; usage ; 'secure' is missing its value: secure [reqid N]
add rule web1/http 100 permit any secure reqid 0 ; usage ; secure '0': reqid must be 1 to 4294967295
add rule web1/http 100 permit any secure reqid 4294967296 ; usage ; reqid must be 1 to 4294967295
add rule web1/http 100 permit any secure secure ; usage ; 'secure' is there twice
add rule web1/http 100 deny any log name x secure proto tcp ; ok ; add rule web1/http 100 deny any proto tcp secure name "x" log
add rule web1/http 100 permit any no log ; usage ; unknown word 'no'
add rule web1/http 100 permit any type 8 ; fail ; type
add rule vm web1 100 200 permit any ; usage ; direction '100' of vm web1: must be in or out
add rule web1 100 permit any ; usage ; owner 'web1': must be VM/ENDPOINT, vm NAME in|out, subnet VNET/NAME in|out, group NAME in|out, lbset NAME or acl NAME
add rule web1/ftp 100 permit any ; fail ; web1/ftp
add rule vm web2 in 100 permit any ; fail ; web2
list rules web1/http ; prints ; default auto (permit: there are no rules)
list rules web1/ftp ; fail ; there is no endpoint 'web1/ftp'
list rules vm web1 in ; prints ; default auto (permit: there are no rules)
list rules vm web2 in ; fail ; there is no vm 'web2'
list rules ; usage ; OWNER is missing
list rules vm ; usage ; list rules: NAME is missing behind 'vm' (list rules OWNER)
list rules vm web1 ; usage ; list rules: in or out is missing behind 'vm web1' (list rules OWNER)
list rules subnet v/front ; usage ; in or out is missing behind 'subnet v/front'
add rule vm web1 3 permit any ; usage ; direction '3' of vm web1: must be in or out
add rule web1 in 3 permit any ; usage ; owner 'web1': must be VM/ENDPOINT, vm NAME in|out, subnet VNET/NAME in|out
add rule web1/http 100 permit set ; usage ; the NAME of the set is missing behind 'set'

+ add rule web1/http 100 permit 198.51.100.0/24 name "front ends"
+ add rule web1/http 200 deny any
add rule web1/http 100 deny any ; fail ; exists already
--may-exist add rule web1/http 200 deny any ; ok ; -
--may-exist add rule web1/http 200 deny 10.0.0.0/8 ; fail ; differs in 'remote'
change rule web1/http 100 deny ; ok ; - add rule web1/http 100 permit 198.51.100.0/24 name "front ends" | add rule web1/http 100 deny 198.51.100.0/24 name "front ends"
change rule web1/http 100 any ; ok ; - add rule web1/http 100 permit 198.51.100.0/24 name "front ends" | add rule web1/http 100 permit any name "front ends"
change rule web1/http 200 permit 10.0.0.0/8 lport 80 ; ok ; - add rule web1/http 200 deny any | add rule web1/http 200 permit 10.0.0.0/8 lport 80
change rule web1/http 100 no name ; ok ; - add rule web1/http 100 permit 198.51.100.0/24 name "front ends" | add rule web1/http 100 permit 198.51.100.0/24
change rule web1/http 100 permitt ; usage ; unknown word 'permitt' after 'change rule web1/http 100' (try: any deny log lport
change rule web1/http 100 ; usage ; there is nothing to change
change rule web1/http 300 deny ; fail ; 300
change rule web1/http 200 secure reqid 9 log ; ok ; - add rule web1/http 200 deny any | add rule web1/http 200 deny any secure reqid 9 log
change rule web1/http 200 secure reqid 9 log\nchange rule web1/http 200 secure no log ; ok ; - add rule web1/http 200 deny any | add rule web1/http 200 deny any secure
change rule web1/http 200 secure reqid 9\nchange rule web1/http 200 no secure ; ok ; -
remove rule web1/http 200 ; ok ; - add rule web1/http 200 deny any
remove rule web1/http 100 ; note ; note: web1/http has no permit rule left: it now permits what no rule denies
change rule web1/http 100 deny ; note ; note: web1/http has no permit rule left: it now permits what no rule denies
remove rule web1/http 300 ; fail ; 300
--if-exists remove rule web1/http 300 ; ok ; -
list rules web1/http ; prints ; default auto (deny: there is a permit rule) | ORDER  ACTION  REMOTE           NAME        PACKETS  BYTES |   100  permit  198.51.100.0/24  front ends        0      0 |   200  deny    any              -                 0      0
-j list rules web1/http ; prints ; [{"owner":"web1/http","order":100,"action":"permit","remote":"198.51.100.0/24","proto":null,"lport":[],"rport":[],"type":null,"code":null,"secure":false,"reqid":null,"name":"front ends","log":false,"packets":0,"bytes":0},{"owner":"web1/http","order":200,"action":"deny","remote":"any","proto":null,"lport":[],"rport":[],"type":null,"code":null,"secure":false,"reqid":null,"name":null,"log":false,"packets":0,"bytes":0}]
--stats list ruleset ; prints ; add vm web1 dev ept0 address 10.0.0.4 | add endpoint web1/http tcp 80 | add rule web1/http 100 permit 198.51.100.0/24 name "front ends" # packets 0 bytes 0 | add rule web1/http 200 deny any # packets 0 bytes 0

# A list as a whole.
change rules web1/http default deny ; ok ; change rules web1/http default deny
change rules web1/http default permit\nlist rules vm web1 in ; prints ; default auto (permit: there are no rules)
change rules vm web1 out default permit ; ok
change rules vm web1 in default deny ; ok
change rules web1/http default auto ; ok ; -
change rules web1/http default drop ; usage ; default 'drop': must be auto, permit or deny
change rules web1/http ; usage ; there is nothing to change (change rules OWNER [default auto|permit|deny] [use NAME] [inline])
change rules web1/ftp default deny ; fail ; web1/ftp
# With another default the last permit rule can go without a word.
change rules web1/http default deny\nremove rule web1/http 100 ; prints ; -

# SPDX-License-Identifier: GPL-2.0-or-later
add vnet a prefix 10.1.0.0/16 ; ok
add vnet a prefix 10.1.0.0/16,2001:db8:1::/48 ; ok
add vnet a prefix 10.1.2.3/16 ; ok ; add vnet a prefix 10.1.0.0/16
add vnet a prefix 10.1.2.3/16 ; note ; note: 10.1.2.3/16 has host bits: taken as 10.1.0.0/16
add vnet a prefix 10.1.0.0/16,10.1.9.9/16 ; usage ; prefix '10.1.9.9/16': is in the list already
add vnet a prefix 10.1.0.0/33 ; usage ; prefix '10.1.0.0/33': the length must be 0 to 32
add vnet a prefix 2001:db8::/129 ; usage ; the length must be 0 to 128
add vnet a prefix 10.1.0.0/016 ; usage ; the length must be 0 to 32
add vnet a prefix 10.1.0.0/ ; usage ; the length must be 0 to 32
add vnet a prefix 10.1.0/16 ; usage ; prefix '10.1.0/16': must be an IPv4 or IPv6 address
add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink wg0 ; ok
add vnet a uplink wg0,eth1.5 peer 192.168.0.0/16 prefix 10.1.0.0/16 ; ok ; add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink eth1.5,wg0
add vnet a prefix 10.1.0.0/16 peer b ; fail ; 'b'
add vnet a prefix 10.1.0.0/16 uplink a/b ; usage ; uplink 'a/b': the name of an interface
add vnet a prefix 10.1.0.0/16 uplink a234567890123456 ; usage ; 15 characters at most
add vnet a prefix 10.1.0.0/16 uplink wg0,wg0 ; usage ; is in the list already
add vnet a prefix 10.1.0.0/16 prefix 10.2.0.0/16 ; usage ; 'prefix' is there twice
add vnet a peer 10.2.0.0/16 ; usage ; 'prefix PREFIX,...' is missing

# Mutual peers: the one that comes first learns of the other afterwards.
add vnet b prefix 10.2.0.0/16\nadd vnet a prefix 10.1.0.0/16 peer b\nchange vnet b peer 10.9.0.0/16,a ; ok ; add vnet a prefix 10.1.0.0/16 | add vnet b prefix 10.2.0.0/16 peer a,10.9.0.0/16 | change vnet a peer b

+ add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink wg0
change vnet a peer 172.16.0.0/12 ; ok ; - add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink wg0 | add vnet a prefix 10.1.0.0/16 peer 172.16.0.0/12 uplink wg0
change vnet a no peer ; ok ; - add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink wg0 | add vnet a prefix 10.1.0.0/16 uplink wg0
change vnet a no uplink no peer ; ok ; - add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink wg0 | add vnet a prefix 10.1.0.0/16
change vnet a no prefix ; usage ; not taken away
change vnet a no peer peer b ; usage ; 'peer' is there twice
change vnet a no ; usage ; 'no' is missing the word
change vnet a no vip ; usage ; unknown word 'vip' after 'change vnet a' (try: no peer prefix uplink)
-j list vnets ; prints ; [{"name":"a","prefix":["10.1.0.0/16"],"peer":["192.168.0.0/16"],"uplink":["wg0"],"zone":null}]
remove vnet a ; ok ; - add vnet a prefix 10.1.0.0/16 peer 192.168.0.0/16 uplink wg0
--
# Zones, of vnets that overlap.
add vnet a prefix 10.1.0.0/16\nadd vnet b prefix 10.1.128.0/17\nlist vnets ; prints ; NAME  PREFIX         ZONE | a     10.1.0.0/16       1 | b     10.1.128.0/17     2
add vnet a prefix 10.1.0.0/16\nlist vnets ; prints ; NAME  PREFIX | a     10.1.0.0/16

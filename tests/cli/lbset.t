# SPDX-License-Identifier: GPL-2.0-or-later
add lbset l tcp public 203.0.113.1:443 ; ok
add lbset l 6 public 203.0.113.1:443,[2001:db8:f::1]:443 ; ok ; add lbset l tcp public 203.0.113.1:443,[2001:db8:f::1]:443
add lbset l udp public 203.0.113.1 ; usage ; public '203.0.113.1': needs a port, as in 203.0.113.10:443
add lbset l udp public 2001:db8::1:80 ; usage ; needs a port, as in [2001:db8::1]:443
add lbset l icmp public 203.0.113.1:443 ; usage ; proto 'icmp': must be tcp, udp, sctp, udplite or dccp
add lbset l any public 203.0.113.1:443 ; usage ; proto 'any': must be tcp
add lbset l tcp ; usage ; 'public ADDR:PORT,...' is missing
add lbset l public 203.0.113.1:443 ; usage ; proto 'public': must be
add lbset l tcp public 203.0.113.1:443,203.0.113.1:443 ; usage ; is in the list already
add lbset l tcp public 203.0.113.1:1,203.0.113.1:2,203.0.113.1:3 ; usage ; is one more than a list may hold
add lbset l tcp public 203.0.113.1:1,203.0.113.2:1 ; fail ; two of IPv4
list lbsets ; prints ; NAME  PROTO  PUBLIC  MEMBERS  RULES  DEFAULT  USE

+ add lbset l tcp public 203.0.113.1:443
+ add vm a dev ept0 address 10.0.0.4
+ add vm b dev ept1 address 10.0.0.5
+ add endpoint a/web tcp 8443 lbset l
+ add endpoint b/other tcp 8080
add endpoint b/web tcp 8443 lbset l ; ok
add endpoint b/web udp 8443 lbset l ; fail ; 'l'
add endpoint b/web tcp 8443-8450 lbset l ; fail ; 'l'
add endpoint b/web tcp 8443 lbset m ; fail ; 'm'
add endpoint b/web tcp 8443 public 203.0.113.9:1 lbset l ; ok
add vm c\nadd endpoint c/web tcp 8443 lbset l ; fail ; c
add endpoint b/web tcp 8443 public 203.0.113.1:443 ; fail ; 203.0.113.1
add lbset m tcp public 203.0.113.1:443 ; fail ; 203.0.113.1
add lbset l tcp public 203.0.113.1:444 ; fail ; exists already
--may-exist add lbset l tcp public 203.0.113.1:443 ; ok ; -
--may-exist add lbset l tcp public 203.0.113.1:444 ; fail ; differs in 'public'
change lbset l public 203.0.113.1:444 ; ok ; - add lbset l tcp public 203.0.113.1:443 | add lbset l tcp public 203.0.113.1:444
change lbset l no public ; usage ; not taken away
change endpoint b/other lbset l ; ok ; - add endpoint b/other tcp 8080 | add endpoint b/other tcp 8080 lbset l
change endpoint a/web no lbset ; note ; note: a/web leaves lbset l, whose rules no longer hold for it
change endpoint a/web no lbset ; ok ; - add endpoint a/web tcp 8443 lbset l | add endpoint a/web tcp 8443
add rule a/web 100 permit any ; fail ; 'l'
add rule b/other 100 permit any\nchange endpoint b/other lbset l ; fail ; 'l'
add rule lbset l 100 permit any ; ok
add rule lbset l in 100 permit any ; usage ; order 'in': must be 1 to 65535
change rules lbset l default deny ; ok
add acl x\nchange rules lbset l use x ; ok ; add acl x | change rules lbset l use x
list lbsets ; prints ; NAME  PROTO  PUBLIC           MEMBERS  RULES  DEFAULT | l     tcp    203.0.113.1:443  a/web        0  auto
-j list lbsets ; prints ; [{"name":"l","proto":"tcp","public":["203.0.113.1:443"],"members":["a/web"],"rules":0,"default":"auto","use":null}]
list rules a/web ; prints ; lbset l (see: list rules lbset l)
list rules lbset l ; prints ; default auto (permit: there are no rules)
explain tcp 198.51.100.9:1 203.0.113.1:443 ; prints ; in to a: 198.51.100.9:1 -> 10.0.0.4:8443 |   lbset l: permit by default |   vm a in: permit by default |   permit: permit | permit
remove lbset l ; fail ; 'a/web'
remove endpoint a/web\nremove lbset l ; ok ; - add lbset l tcp public 203.0.113.1:443 | - add endpoint a/web tcp 8443 lbset l
remove vm a ; ok ; - add vm a dev ept0 address 10.0.0.4 | - add endpoint a/web tcp 8443 lbset l

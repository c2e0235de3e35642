# SPDX-License-Identifier: GPL-2.0-or-later
add acl x ; ok
add acl x\nadd rule acl x 100 permit 10.0.0.0/8 name "ten" ; ok ; add acl x | add rule acl x 100 permit 10.0.0.0/8 name "ten"
add acl x\nchange rules acl x default deny ; ok ; add acl x | change rules acl x default deny
add acl x default deny ; usage ; unknown word 'default' after 'add acl x' (nothing more is expected there)
add rule acl x 100 permit any ; fail ; 'x'
add rule acl x in 100 permit any ; usage ; order 'in': must be 1 to 65535
list acls ; prints ; NAME  RULES  DEFAULT

+ add acl x
+ add acl y
+ add rule acl x 100 deny 10.0.0.0/8
+ add vm a dev ept0 address 10.0.0.4
+ add endpoint a/http tcp 80
+ add rule a/http 10 permit any
+ change rules a/http use x
change acl x ; usage ; unknown word 'acl' after 'change'
add rule a/http 20 permit any ; fail ; acl 'x'
change rule a/http 10 deny ; fail ; acl 'x'
remove rule a/http 10 ; fail ; acl 'x'
change rules a/http default deny ; fail ; acl 'x'
change rules a/http inline ; ok ; - change rules a/http use x
change rules a/http use y ; ok ; - change rules a/http use x | change rules a/http use y
change rules a/http use z ; fail ; 'z'
change rules a/http use ; usage ; 'use' is missing its value: use NAME
change rules a/http use x inline ; usage ; 'use' and 'inline' contradict each other
change rules a/http inline\nchange rules a/http default deny\nchange rules a/http use x ; ok ; change rules a/http default deny
change rules vm a in use x ; ok
change rules acl y use x ; fail ; acl
add rule acl x 200 permit any ; ok
remove acl x ; fail ; 'a/http'
remove acl y ; ok ; - add acl y
list acls ; prints ; NAME  RULES  DEFAULT | x         1  auto | y         0  auto
-j list acls x ; prints ; [{"name":"x","rules":1,"default":"auto"}]
list acls z ; fail ; there is no acl 'z'
list rules acl x ; prints ; default auto (permit: there is no permit rule) | ORDER  ACTION  REMOTE      PACKETS  BYTES |   100  deny    10.0.0.0/8        0      0
list rules a/http ; prints ; use x (see: list rules acl x); its own rules wait: | ORDER  ACTION  REMOTE  PACKETS  BYTES |    10  permit  any           0      0
list rules vm a in ; prints ; default auto (permit: there are no rules)
change rules vm a in use x\nlist rules vm a in ; prints ; use x (see: list rules acl x)
list endpoints ; prints ; ENDPOINT  PROTO  PORT  RULES  DEFAULT  USE | a/http    tcp    80        1  auto     x
explain tcp 198.51.100.9:1 10.0.0.4:80 ; prints ; in to a: 198.51.100.9:1 -> 10.0.0.4:80 |   a/http (acl x): permit by default |   vm a in: permit by default |   permit: permit | permit
-j explain tcp 10.9.0.9:1 10.0.0.4:80 ; prints ; {"verdict":"drop","legs":[{"vm":"a","direction":"in","verdict":"drop","reason":"acl","owner":"a/http","order":100,"acl":"x","layers":[{"owner":"a/http","verdict":"drop","order":100}]}]}

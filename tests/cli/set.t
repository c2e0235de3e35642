# SPDX-License-Identifier: GPL-2.0-or-later
add set s 10.0.0.0/8 ; ok
add set s ; ok
add set s 2001:db8::/32,10.1.0.0/16,10.0.0.0/8,10.0.0.0/8 ; ok ; add set s 10.0.0.0/8,10.1.0.0/16,2001:db8::/32
add set s 192.0.2.7 ; ok ; add set s 192.0.2.7/32
add set s 10.1.2.3/16 ; ok ; add set s 10.1.0.0/16
add set s 10.1.2.3/16 ; note ; -:1: note: 10.1.2.3/16 has host bits: taken as 10.1.0.0/16
add set s 10.1.2.3/16,10.2.2.3/16 ; note ; -:1: note: 2 prefixes have host bits: taken without them, 10.1.2.3/16 as 10.1.0.0/16
add set s 10.0.0.0/33 ; usage ; prefix '10.0.0.0/33': the length must be 0 to 32
add set s any ; usage ; prefix 'any': must be an IPv4 or IPv6 address
add set s 10.0.0.0/8,,10.1.0.0/16 ; usage ; must be a list, as in A,B, without blanks
add set s 10.0.0.0/8 10.1.0.0/16 ; usage ; unknown word '10.1.0.0/16' after 'add set s 10.0.0.0/8'
add set 2s ; usage ; name '2s': a name begins with a letter
add set ; usage ; NAME is missing (add set NAME [PREFIX,...])
add vm a\nadd rule vm a in 100 permit set s ; fail ; 's'
add set s 10.0.0.0/8\nadd vm a\nadd rule vm a in 100 permit set s proto tcp lport 22 ; ok ; add set s 10.0.0.0/8 | add vm a | add rule vm a in 100 permit set s proto tcp lport 22
add vm a\nadd rule vm a in 100 permit set ; usage ; the NAME of the set is missing
add vm a\nadd rule vm a in 100 permit set 9 ; usage ; remote '9': a name begins with a letter

+ add set s 10.0.0.0/8,192.0.2.0/24
+ add vm a
+ add rule vm a in 100 permit set s
change set s 172.16.0.0/12 ; ok ; - add set s 10.0.0.0/8,192.0.2.0/24 | add set s 172.16.0.0/12
change set s no prefix ; ok ; - add set s 10.0.0.0/8,192.0.2.0/24 | add set s
change set s ; usage ; there is nothing to change
change set t 10.0.0.0/8 ; fail ; 't'
add set s ; fail ; exists already
--may-exist add set s 192.0.2.0/24,10.0.0.0/8 ; ok ; -
--may-exist add set s 10.0.0.0/8 ; fail ; differs in 'prefix'
remove set s ; fail ; rule 100 of vm 'a' in
remove rule vm a in 100\nremove set s ; ok ; - add set s 10.0.0.0/8,192.0.2.0/24 | - add rule vm a in 100 permit set s
remove set t ; fail ; 't'
--if-exists remove set t ; ok ; -
change rule vm a in 100 10.0.0.0/8 ; ok ; - add rule vm a in 100 permit set s | add rule vm a in 100 permit 10.0.0.0/8
change rule vm a in 100 any ; ok ; - add rule vm a in 100 permit set s | add rule vm a in 100 permit any
change rule vm a in 100 10.0.0.0/8\nchange rule vm a in 100 set s ; ok ; -
list sets ; prints ; NAME  PREFIX                   COUNT | s     10.0.0.0/8,192.0.2.0/24      2
list sets t ; fail ; there is no set 't'
-j list sets s ; prints ; [{"name":"s","prefix":["10.0.0.0/8","192.0.2.0/24"],"count":2}]
add set b 10.0.0.0/32,10.0.0.1/32,10.0.0.2/32,10.0.0.3/32,10.0.0.4/32\nlist sets b ; prints ; NAME  PREFIX                                               COUNT | b     10.0.0.0/32,10.0.0.1/32,10.0.0.2/32,10.0.0.3/32,...      5

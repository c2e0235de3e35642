# SPDX-License-Identifier: GPL-2.0-or-later
+ add vm a
+ add vm b
add group g ; ok
add group g precedence 0 ; ok
add group g precedence 65535 ; ok
add group g precedence 1000 ; ok ; add group g
add group g precedence 65536 ; usage ; precedence '65536': must be 0 to 65535
add group g precedence -1 ; usage ; options come before the command
add group g members a ; usage ; unknown word 'members' after 'add group g' (try: precedence)
add group g\nadd member g b\nadd member g a ; ok ; add group g | add member g a | add member g b
add group h\nadd group g\nadd member h a\nadd member g a ; ok ; add group g | add group h | add member g a | add member h a
add member g a ; fail ; 'g'
list groups ; prints ; NAME  PRECEDENCE  MEMBERS

+ add group g precedence 10
+ add member g a
add member g c ; fail ; 'c'
add member g ; usage ; VM is missing (add member GROUP VM)
add member g a ; fail ; 'a'
--may-exist add member g a ; ok ; -
change member g a ; usage ; unknown word 'member' after 'change'
list members ; usage ; unknown word 'members' after 'list'
change group g precedence 20 ; ok ; - add group g precedence 10 | add group g precedence 20
change group g no precedence ; ok ; - add group g precedence 10 | add group g
add rule group g in 100 permit any proto tcp lport 5723 secure ; ok
add rule group g out 100 deny set s ; fail ; 's'
add rule group h in 100 permit any ; fail ; 'h'
add rule group g sideways 100 permit any ; usage ; direction 'sideways' of group g: must be in or out
change rules group g in default deny ; ok
list groups ; prints ; NAME  PRECEDENCE  MEMBERS | g             10  a
add group h\nlist groups h ; prints ; NAME  PRECEDENCE | h           1000
-j list groups ; prints ; [{"name":"g","precedence":10,"members":["a"]}]
list groups h ; fail ; there is no group 'h'
remove member g a ; ok ; - add member g a
remove member g b ; fail ; 'b'
--if-exists remove member g b ; ok ; -
remove vm a ; ok ; - add vm a | - add member g a
remove group g ; ok ; - add group g precedence 10 | - add member g a

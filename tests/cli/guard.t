# SPDX-License-Identifier: GPL-2.0-or-later
add guard ept* ; ok
add guard ept* force ; ok
add guard force ; ok
add guard tap[!0-9]?* ; ok
add guard ept*\nadd guard ap*\nadd vm a\nadd set s ; ok ; add guard ap* | add guard ept* | add set s | add vm a
add guard ; usage ; PATTERN is missing (add guard PATTERN [force])
add guard ept* forced ; usage ; unknown word 'forced' after 'add guard ept*' (try: force)
add guard a/b ; usage ; pattern 'a/b': a pattern has no blanks, '/', ':', quotes and backslashes
add guard a:b ; usage ; pattern 'a:b'
add guard "a b" ; usage ; pattern 'a b'
add guard "" ; usage ; pattern '': not a pattern of names of interfaces
add guard "#a" ; usage ; pattern '#a': not a pattern of names of interfaces
add guard 0123456789012345678901234567890123456789012345678901234567890123 ; usage ; a pattern has 63 characters at most
add guard ept* packets 5 ; usage ; unknown word 'packets'
list guards ; prints ; PATTERN  FORCE  PACKETS  BYTES
-j list guards ; prints ; []

+ add guard ept*
+ add guard tap* force
+ add vm a dev ept0 address 10.1.0.4
add guard ept* ; fail ; guard 'ept*' exists already
--may-exist add guard ept* ; ok ; -
--may-exist add guard ept* force ; fail ; guard 'ept*' exists already and differs in 'force'
--may-exist add guard tap* ; fail ; differs in 'force'
change guard ept* force ; ok ; - add guard ept* | add guard ept* force
change guard tap* no force ; ok ; - add guard tap* force | add guard tap*
change guard ept* ; usage ; there is nothing to change
change guard ept force ; fail ; there is no guard 'ept'
remove guard ept* ; ok ; - add guard ept*
remove guard ept* force ; usage ; unknown word 'force'
remove guard ept ; fail ; there is no guard 'ept'
--if-exists remove guard ept ; ok ; -
list guards ; prints ; PATTERN  FORCE  PACKETS  BYTES | ept*     -            0      0 | tap*     force        0      0
list guards tap* ; prints ; PATTERN  FORCE  PACKETS  BYTES | tap*     force        0      0
-j list guards ; prints ; [{"pattern":"ept*","force":false,"packets":0,"bytes":0},{"pattern":"tap*","force":true,"packets":0,"bytes":0}]
list guards ept ; fail ; there is no guard 'ept'
add guard * ; fail ; -:1: guard '*' would cut off 'lo', which carries the host's own traffic: choose a narrower pattern, or add 'force'
--dry-run add guard lo ; fail ; guard 'lo' would cut off 'lo'
add guard l? force ; ok
explain tcp 198.51.100.9:1 10.1.0.4:80 from ept9 ; fail ; there is no interface 'ept9'
flush ; ok ; - add guard ept* | - add guard tap* force | - add vm a dev ept0 address 10.1.0.4

# SPDX-License-Identifier: GPL-2.0-or-later
change limit rules-per-endpoint 100 ; ok
change limit rules-per-endpoint 50 ; ok ; -
change limit rules-per-endpoint 65535 ; ok
change limit rules-per-endpoint 0 ; usage ; rules-per-endpoint '0': must be 1 to 65535
change limit rules-per-endpoint 65536 ; usage ; must be 1 to 65535
change limit ; usage ; is missing
change limit foo ; usage ; unknown word 'foo' after 'change limit' (try: rules-per-endpoint)
add limit rules-per-endpoint 7 ; usage ; unknown word 'limit' after 'add'

# A limit below what is in use: the ruleset must still load.
+ add vm web1 dev ept0 address 10.0.0.4
+ add endpoint web1/http tcp 80
+ add rule web1/http 100 permit any
+ add rule web1/http 200 permit any
+ add rule web1/http 300 permit any
change limit rules-per-endpoint 2 ; ok
change limit rules-per-endpoint 3\nadd rule web1/http 400 deny any ; fail ; 3
change limit rules-per-endpoint 3\nadd rule vm web1 in 400 deny any ; ok ; change limit rules-per-endpoint 3 | add rule vm web1 in 400 deny any

# SPDX-License-Identifier: GPL-2.0-or-later
# How lines become words.
# a comment\n\n  add vm web1 # another ; ok ; add vm web1
add vm web1#2 ; usage ; name 'web1#2'
add \\\n vm \\\nweb1 ; ok ; add vm web1
add vm "web1" ; ok ; add vm web1
"add" vm we"b1" ; ok ; add vm web1
add vm web1\n# x\nadd vm \\\nweb2 \\ ; usage ; -:4: the last line ends in a backslash
add vm "web1 ; usage ; a quote is not closed
\tadd\tvm\tweb1\r ; ok ; add vm web1
add vm web1\0 ; usage ; there is a NUL in this line
add vm web1\n\n# x \\\nadd vm web3\nadd vm 2 ; usage ; -:5: name '2'
add vm web1\nmonitor ; usage ; -:2: 'monitor' has no place in a file
add vm web1\nsync-nat ; usage ; -:2: 'sync-nat' has no place in a file
add vm web1\n-f x ; usage ; -:2: unknown command '-f'
add vm web1\nadd vm web2\nadd vm web1 ; fail ; -:3: vm 'web1' exists already
add vm web1\nlist vms web2 ; fail ; -:2: there is no vm 'web2'
add vm web1\nlist ruleset\nadd vm web2\nlist ruleset ; prints ; add vm web1 | add vm web1 | add vm web2
--dry-run add vm web1\nlist ruleset ; prints ; add vm web1
-j list vms\nlist nics ; prints ; [] | []
# Nothing to be done is done.
# nothing ; ok ; -
argv -f /nonexistent list vms ; usage ; the commands are in the file
argv -f /nonexistent ; fail ; /nonexistent: cannot be opened

+ add vm web1 dev ept0 address 10.0.0.4
flush ; ok ; - add vm web1 dev ept0 address 10.0.0.4
flush\nadd vm web2 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 | add vm web2
flush\nadd vm web1\nadd vm web1 ; fail ; -:3: vm 'web1' exists already
--generation=1 add vm web2 ; fail ; the policy has moved on from generation 1, it is at
--generation=x add vm web2 ; usage ; --generation 'x': must be a number
--dry-run remove vm web1 ; ok ; -
--dry-run remove vm web2 ; fail ; there is no vm 'web2'

# The command line.
argv ; usage ; COMMAND is missing (try: aclctl help)
argv --dry-run ; usage ; COMMAND is missing
argv ad vm web2 ; usage ; unknown command 'ad'
argv add ; usage ; add what?
argv add vms web2 ; usage ; unknown word 'vms' after 'add' (try: service vnet subnet vm nic endpoint lbset group member acl rule set guard)
argv list vm ; usage ; unknown word 'vm' after 'list'
argv list vms -j ; usage ; options come before the command
argv --js list vms ; usage ; unknown option '--js'
argv -x ; usage ; unknown option '-x'
argv -f ; usage ; option '-f' is missing its value
argv help ad ; usage ; there is no help on 'ad'
argv flush all ; usage ; unknown word 'all' after 'flush'
argv --complete add v ; prints ; vnet | vm
argv --complete change rules acl x u ; prints ; use
argv --complete add rule vm a in 1 permit any secure r ; prints ; reqid | rport
argv --complete remove me ; prints ; member
argv --complete change vm web1 no '' ; prints ; service | quota
argv --complete add rule vm web1 in 1 p ; prints ; permit
argv sync-nat ; prints ; nat table up to date

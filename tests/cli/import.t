# Sets from published lists, and which lists apply to a VM. FILE is relative to
# the root of the tree.

argv import set s tests/data/list.txt ; ok ; add set s 198.18.0.0/24,198.18.1.0/24,198.18.2.5/32,198.18.2.6/31,198.18.2.8/29,198.18.2.16/31,198.18.2.18/32,198.18.3.0/24,2001:db8:1::/48,2001:db8:2::1/128,2001:db8:3::/112
argv import set s tests/data/list.txt ; prints ; set s: 11 prefixes, 11 added, 0 removed
argv import set s tests/data/list.txt ; note ; note: 1 with host bits, which are masked (198.18.1.77/24)
argv -j import set s tests/data/service-tags.json tag Sql.WestUS ; prints ; {"set":"s","prefixes":3,"added":3,"removed":0}
argv import set s tests/data/service-tags.json tag Sql.WestUS,Storage.WestUS ; ok ; add set s 13.86.216.0/25,13.86.216.128/26,198.19.0.0/20,2001:db8:5a1:37::/64
argv import set s tests/data/ip-ranges.json service S3 region eu-west-1 ; ok ; add set s 198.18.16.0/24,2001:db8:53::/48
argv --dry-run import set s tests/data/list.txt ; ok ; -

argv import ; usage ; import what?
argv import set ; usage ; NAME is missing
argv import set s ; usage ; FILE is missing
argv import set 7 tests/data/list.txt ; usage ; a name begins with a letter
argv import set s tests/data/list.txt tag ; usage ; 'tag' is missing its value
argv import set s tests/data/list.txt all ; usage ; unknown word 'all'
import set s tests/data/ip-ranges.json service S3 region eu-west-1 ; ok ; add set s 198.18.16.0/24,2001:db8:53::/48
import set s tests/data/nothing.txt ; fail ; tests/data/nothing.txt: cannot be read
import set s tests/data/list.txt all ; usage ; unknown word 'all'
add set s 198.51.100.0/24\nimport set s tests/data/ip-ranges.json service S3 region eu-west-1 ; fail ; 1 of the 1 prefixes of set 's' are not in the list any more
argv import set s tests/data/nothing.txt ; fail ; tests/data/nothing.txt: cannot be read
argv import set s tests/data ; fail ; tests/data: cannot be read
argv import set s tests/cli/import.t ; fail ; tests/cli/import.t:4:
argv import set s tests/data/service-tags.json ; fail ; this file has 3 service tags: say which with 'tag'
argv import set s tests/data/service-tags.json tag Sql.WestEurope ; fail ; there is no service tag 'Sql.WestEurope' in it (near: Sql.WestUS)
argv import set s tests/data/ip-ranges.json service S3 region mars ; fail ; there is no region 'mars'
argv import set s tests/data/ip-ranges.json service EC2 region us-west-2 ; fail ; the list is empty ('force' imports it)
argv import set s tests/data/ip-ranges.json service EC2 region us-west-2 force ; ok ; add set s
argv import set s /dev/null ; fail ; /dev/null: the list is empty
argv --generation 1 import set s tests/data/list.txt ; fail ; the policy has moved on from generation 1

# A set that is there is replaced, and kept where the list is suspicious.
+ add set s 198.18.0.0/24,198.18.16.0/24,2001:db8:53::/48
+ add acl a
+ add rule acl a 10 permit set s
argv import set s tests/data/ip-ranges.json service S3 region eu-west-1 ; prints ; set s: 2 prefixes, 0 added, 1 removed
argv import set s tests/data/ip-ranges.json service S3 region eu-west-1 ; ok ; - add set s 198.18.0.0/24,198.18.16.0/24,2001:db8:53::/48 | add set s 198.18.16.0/24,2001:db8:53::/48
argv import set s tests/data/ip-ranges.json service EC2 ; fail ; 3 of the 3 prefixes of set 's' are not in the list any more, over half of them ('force' imports it)
argv import set s tests/data/ip-ranges.json service EC2 force ; prints ; set s: 1 prefixes, 1 added, 3 removed
argv import set s /dev/null ; fail ; the list is empty
argv import set s tests/data/everything.txt ; fail ; tests/data/everything.txt: the list has ::/0, which set 's' does not have yet ('force' imports it)

# ---- effective ----
--
+ add vnet v prefix 10.0.0.0/8
+ add subnet v/s prefix 10.1.0.0/16
+ add acl shared
+ add rule acl shared 10 permit any secure reqid 7 log
+ add lbset web tcp public 203.0.113.1:80
+ add group g precedence 5
+ add vm a dev ept0 address 10.1.0.4 vnet v
+ add endpoint a/http tcp 80 lbset web
+ add endpoint a/ssh tcp 22
+ add member g a
+ change rules a/ssh use shared
+ change rules group g out default deny
effective a in ; prints ; in to a |   lbset web (from outside, endpoint http) |     no rules: permit |   a/ssh (from outside, endpoint ssh): |     by acl shared |     10 permit any secure reqid 7 log                         0 packets, 0 bytes |     else deny |   subnet v/s in (10.1.0.0/16) |     no rules: permit |   group g in (precedence 5) |     no rules: permit |   vm a in |     no rules: permit
effective a out ; prints ; out of a |   vm a out |     no rules: permit |   group g out (precedence 5) |     no rules: deny |   subnet v/s out (10.1.0.0/16) |     no rules: permit
-j effective a out ; prints ; {"vm":"a","out":[{"owner":"vm a out","acl":null,"endpoint":null,"prefix":null,"precedence":null,"default":"permit","rules":[]},{"owner":"group g out","acl":null,"endpoint":null,"prefix":null,"precedence":5,"default":"drop","rules":[]},{"owner":"subnet v/s out","acl":null,"endpoint":null,"prefix":"10.1.0.0/16","precedence":null,"default":"permit","rules":[]}],"warnings":[]}
effective b ; fail ; there is no vm 'b'
effective ; usage ; missing
effective a up ; usage ; up

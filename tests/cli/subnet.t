# SPDX-License-Identifier: GPL-2.0-or-later
+ add vnet v prefix 10.1.0.0/16,2001:db8:1::/48
add subnet v/front prefix 10.1.1.0/24 ; ok
add subnet v/front prefix 10.1.1.0/24,2001:db8:1:1::/64 ; ok
add subnet v/front prefix 10.1.1.9/24 ; ok ; add subnet v/front prefix 10.1.1.0/24
add subnet v/front prefix 10.1.1.9/24 ; note ; note: 10.1.1.9/24 has host bits: taken as 10.1.1.0/24
add subnet v/all prefix 10.1.0.0/16\nadd subnet v/front prefix 10.1.1.0/24 ; ok ; add subnet v/all prefix 10.1.0.0/16 | add subnet v/front prefix 10.1.1.0/24
add subnet v/front prefix 10.2.0.0/24 ; fail ; 'v'
add subnet v/front prefix 10.0.0.0/8 ; fail ; 'v'
add subnet w/front prefix 10.1.1.0/24 ; fail ; 'w'
add subnet front prefix 10.1.1.0/24 ; usage ; subnet 'front': must be VNET/NAME
add subnet v/ prefix 10.1.1.0/24 ; usage ; subnet 'v/': a name begins with a letter
add subnet v/front ; usage ; 'prefix PREFIX,...' is missing (add subnet VNET/NAME prefix PREFIX,...)
add subnet v/front prefix 10.1.1.0/24 peer b ; usage ; unknown word 'peer' after 'add subnet v/front'
list subnets ; prints ; SUBNET  PREFIX
-j list subnets ; prints ; []
list subnets v ; prints ; SUBNET  PREFIX
list subnets w ; fail ; there is no vnet 'w'
list subnets v/front ; fail ; there is no subnet 'v/front'

+ add subnet v/front prefix 10.1.1.0/24
add subnet v/back prefix 10.1.1.0/24 ; fail ; front
add subnet v/front prefix 10.1.2.0/24 ; fail ; exists already
--may-exist add subnet v/front prefix 10.1.1.0/24 ; ok ; -
--may-exist add subnet v/front prefix 10.1.2.0/24 ; fail ; differs in 'prefix'
change subnet v/front prefix 10.1.2.0/24 ; ok ; - add subnet v/front prefix 10.1.1.0/24 | add subnet v/front prefix 10.1.2.0/24
change subnet v/front no prefix ; usage ; not taken away
change vnet v prefix 10.9.0.0/16 ; fail ; front
change subnet v/front prefix 10.1.2.0/24\nadd rule subnet v/front in 100 deny 10.1.9.0/24 ; ok ; - add subnet v/front prefix 10.1.1.0/24 | add subnet v/front prefix 10.1.2.0/24 | add rule subnet v/front in 100 deny 10.1.9.0/24
add rule subnet v/front out 100 permit any ; ok
add rule subnet v/front 100 permit any ; usage ; direction '100' of subnet v/front: must be in or out
add rule subnet front in 100 permit any ; usage ; owner 'front': must be VNET/NAME
add rule subnet v/back in 100 permit any ; fail ; back
change rules subnet v/front in default deny ; ok
list rules subnet v/front in ; prints ; default auto (permit: there are no rules)
list rules subnet v/back in ; fail ; there is no subnet 'v/back'
list subnets ; prints ; SUBNET   PREFIX | v/front  10.1.1.0/24
-j list subnets v/front ; prints ; [{"vnet":"v","name":"front","prefix":["10.1.1.0/24"]}]
remove subnet v/front ; ok ; - add subnet v/front prefix 10.1.1.0/24
remove subnet v/back ; fail ; back
remove vnet v ; ok ; - add vnet v prefix 10.1.0.0/16,2001:db8:1::/48 | - add subnet v/front prefix 10.1.1.0/24

# SPDX-License-Identifier: GPL-2.0-or-later
add service shop vip 203.0.113.10 ; ok
add service shop vip 203.0.113.10,2001:db8::10 ; ok
add service shop vip 2001:DB8:0:0::10,203.0.113.10 ; ok ; add service shop vip 203.0.113.10,2001:db8::10
add service s-1._x vip 203.0.113.10 ; ok
add service shop vip 203.0.113.10,203.0.113.11 ; fail ; shop
add service shop vip 203.0.113.10,2001:db8::10,203.0.113.11 ; usage ; vip '203.0.113.11': is one more than a list may hold
add service shop vip 203.0.113.10,203.0.113.10 ; usage ; vip '203.0.113.10': is in the list already
add service shop vip 203.0.113.0/24 ; usage ; vip '203.0.113.0/24': must be an IPv4 or IPv6 address
add service shop vip 203.0.113.10, ; usage ; must be a list
add service shop ; usage ; 'vip ADDR[,ADDR]' is missing
add service shop vip ; usage ; 'vip' is missing its value
add service 1shop vip 203.0.113.10 ; usage ; name '1shop': a name begins with a letter
add service sh/op vip 203.0.113.10 ; usage ; name 'sh/op': a name has letters
add service a23456789012345678901234567890123456789012345678901234567890123 vip 203.0.113.10 ; ok
add service a234567890123456789012345678901234567890123456789012345678901234 vip 203.0.113.10 ; usage ; 63 characters at most

+ add service shop vip 203.0.113.10
add service shop vip 203.0.113.11 ; fail ; service 'shop' exists already
--may-exist add service shop vip 203.0.113.10 ; ok ; -
--may-exist add service shop vip 203.0.113.11 ; fail ; differs in 'vip'
change service shop vip 2001:db8::1 ; ok ; - add service shop vip 203.0.113.10 | add service shop vip 2001:db8::1
change service shop ; usage ; there is nothing to change
change service shop no vip ; usage ; can be changed, but not taken away
change service store vip 203.0.113.1 ; fail ; there is no service 'store'
remove service shop ; ok ; - add service shop vip 203.0.113.10
remove service store ; fail ; there is no service 'store'
--if-exists remove service store ; ok ; -
list services ; prints ; NAME  VIP | shop  203.0.113.10
-j list services ; prints ; [{"name":"shop","vip":["203.0.113.10"]}]
list services store ; fail ; there is no service 'store'
+ add vm web1 dev ept0 address 10.0.0.4 service shop
remove service shop ; fail ; web1
remove vm web1\nremove service shop ; ok ; - add service shop vip 203.0.113.10 | - add vm web1 dev ept0 address 10.0.0.4 service shop

# SPDX-License-Identifier: GPL-2.0-or-later
add vm web1 ; ok
add vm web1 dev ept0 address 10.0.0.4 ; ok
add vm web1 address 10.0.0.4/32 dev ept0 ; ok ; add vm web1 dev ept0 address 10.0.0.4
add vm web1 dev ept0 address 10.0.0.4,10.8.0.0/24,2001:db8::4,2001:db8:1::/64 ; ok
add vm web1 dev ept0 address 10.0.0.4 mac 52:54:00:AB:cd:ef ; ok ; add vm web1 dev ept0 address 10.0.0.4 mac 52:54:00:ab:cd:ef
add vm web1 addr 10.0.0.4 ; usage ; unknown word 'addr' after 'add vm web1' (try: address dev mac quota serves service shared vlan vnet)
add vm web1 address 10.0.0.4 ; usage ; 'dev IFNAME' is missing
add vm web1 dev ept0 ; usage ; 'address ADDR|PREFIX,...' is missing
add vm ; usage ; NAME is missing
add vm web1 dev ept0 address 10.0.0.4 mac 52:54:00:ab:cd ; usage ; mac '52:54:00:ab:cd': must be written as in
add vm web1 dev ept0 address 10.0.0.4 mac 52:54:0:ab:cd:ef ; usage ; must be written as in
add vm web1 dev ept0 address 10.0.0.4 vnet v ; fail ; 'v'
add vm web1 service shop ; fail ; 'shop'
add vm web1 quota 1 ; ok
add vm web1 quota 65535 dev ept0 address 10.0.0.4 ; ok ; add vm web1 dev ept0 address 10.0.0.4 quota 65535
add vm web1 quota 0 ; usage ; quota '0': must be 1 to 65535
add vm web1 quota 65536 ; usage ; quota '65536': must be 1 to 65535
add vm web1 quota ; usage ; 'quota' is missing its value: quota N
add vm web1 quota 7\nlist vms ; prints ; NAME  QUOTA | web1      7
-j add vm web1 quota 7\nlist vms ; prints ; [{"name":"web1","service":null,"quota":7,"nics":[]}]
add vm web1 dev ept0 address 10.0.0.4\nadd vm web2 dev ept0 address 10.0.0.5 ; fail ; -:2:
add vm web1 dev ept0 address 10.0.0.4\nadd nic web1 dev ept1 address 10.7.0.4 ; ok ; add vm web1 dev ept0 address 10.0.0.4 | add nic web1 dev ept1 address 10.7.0.4

+ add service shop vip 203.0.113.10
+ add vnet v prefix 10.0.0.0/16
+ add vm web1 dev ept0 address 10.0.0.4 vnet v service shop
+ add nic web1 dev ept1 address 10.7.0.4
change vm web1 no service ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v
change vm web1 quota 100 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v service shop quota 100
change vm web1 quota 100\nchange vm web1 no service ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v quota 100
change vm web1 quota 100\nchange vm web1 no quota ; ok ; -
--may-exist add vm web1 service shop quota 5 ; fail ; vm 'web1' exists already and differs in 'quota'
change vm web1 dev ept2 ; usage ; unknown word 'dev' after 'change vm web1' (try: no quota service)
change nic web1 ept1 address 10.7.0.5 mac 52:54:00:00:00:01 ; ok ; - add nic web1 dev ept1 address 10.7.0.4 | add nic web1 dev ept1 address 10.7.0.5 mac 52:54:00:00:00:01
change nic web1 dev ept1 address 10.7.0.5 ; ok ; - add nic web1 dev ept1 address 10.7.0.4 | add nic web1 dev ept1 address 10.7.0.5
change nic web1 ept0 no vnet ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 service shop
change nic web1 ept0 shared 10.0.0.8,10.0.0.9 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v shared 10.0.0.8,10.0.0.9 service shop
change nic web1 ept0 shared 10.0.0.0/24 ; usage ; shared '10.0.0.0/24': must be an IPv4 or IPv6 address
change nic web1 ept0 shared 10.0.0.9\nadd vm web2 dev ept2 address 10.0.0.5 vnet v shared 10.0.0.9 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v shared 10.0.0.9 service shop | add vm web2 dev ept2 address 10.0.0.5 vnet v shared 10.0.0.9
change nic web1 ept0 shared 10.0.0.9\nadd vm web2 dev ept2 address 10.0.0.9 vnet v ; fail ; 10.0.0.9
change nic web1 ept0 vlan 20,10 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v vlan 10,20 service shop
change nic web1 ept0 vlan 4095 ; usage ; vlan '4095': must be 1 to 4094
change nic web1 ept0 vlan 0 ; usage ; vlan '0': must be 1 to 4094
change nic web1 ept0 vlan 5,5 ; usage ; vlan '5': is in the list already
change nic web1 ept0 serves ra,dhcp ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | add vm web1 dev ept0 address 10.0.0.4 vnet v serves dhcp,ra service shop
change nic web1 ept0 serves dns ; usage ; serves 'dns': must be dhcp or ra
change nic web1 ept1 vlan 7 serves ra\nlist nics web1 ; prints ; VM    DEV   ADDRESS   VNET  VLAN  SERVES  IFINDEX | web1  ept0  10.0.0.4  v     -     -        absent | web1  ept1  10.7.0.4  -     7     ra       absent
change nic web1 ept1 vlan 7 serves ra shared 10.7.0.9\nchange nic web1 ept1 no vlan no serves no shared ; ok ; -
change nic web1 ept0 no address ; usage ; not taken away
change nic web1 ept0 ; usage ; there is nothing to change
change nic web1 ept9 address 10.0.0.4 ; fail ; ept9
remove nic web1 ept1 ; ok ; - add nic web1 dev ept1 address 10.7.0.4
remove nic web1 ept0 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | - add nic web1 dev ept1 address 10.7.0.4 | add vm web1 dev ept1 address 10.7.0.4 service shop
remove nic web1 ; usage ; IFNAME is missing
remove nic web1 ept9 ; fail ; ept9
remove vm web1 ; ok ; - add vm web1 dev ept0 address 10.0.0.4 vnet v service shop | - add nic web1 dev ept1 address 10.7.0.4
remove vm web1 web2 ; usage ; unknown word 'web2' after 'remove vm web1' (nothing more is expected there)
add nic web1 dev ept2 address 10.0.0.4 vnet v ; fail ; 10.0.0.4
add vm web2 dev ept2 address 10.0.0.5 vnet v\nlist vms web2 ; prints ; NAME  NICS | web2  ept2 10.0.0.5
list vms ; prints ; NAME  SERVICE  NICS | web1  shop     ept0 10.0.0.4, ept1 10.7.0.4
-j list nics web1 ; prints ; [{"vm":"web1","dev":"ept0","address":["10.0.0.4"],"mac":null,"vnet":"v","shared":[],"vlan":[],"serves":[],"ifindex":0,"learned_mac":null},{"vm":"web1","dev":"ept1","address":["10.7.0.4"],"mac":null,"vnet":null,"shared":[],"vlan":[],"serves":[],"ifindex":0,"learned_mac":null}]
list nics web2 ; fail ; there is no vm 'web2'
list vms web2 ; fail ; there is no vm 'web2'
list vms 2web ; usage ; a name begins with a letter

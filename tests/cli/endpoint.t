# SPDX-License-Identifier: GPL-2.0-or-later
+ add vm web1 dev ept0 address 10.0.0.4,2001:db8::4
add endpoint web1/http tcp 80 ; ok
add endpoint web1/http 6 80 ; ok ; add endpoint web1/http tcp 80
add endpoint web1/dns udp 53 ; ok
add endpoint web1/x sctp 9 ; ok
add endpoint web1/x udplite 9 ; ok
add endpoint web1/x dccp 9 ; ok
add endpoint web1/ping icmp ; ok
add endpoint web1/ping icmp type 8 ; ok ; add endpoint web1/ping icmp type 8
add endpoint web1/ping icmp type 3/4 ; ok
add endpoint web1/ping icmpv6 type 128/0 ; ok
add endpoint web1/esp 50 ; ok
add endpoint web1/dmz any ; ok
add endpoint web1/ftp tcp 5000-5010 ; ok
add endpoint web1/ftp tcp 5000-5000 ; ok ; add endpoint web1/ftp tcp 5000
add endpoint web1/ftp tcp 5000-5010 public 203.0.113.1:5000 ; ok
add endpoint web1/ftp tcp 5000-5010 public 203.0.113.1 ; ok ; add endpoint web1/ftp tcp 5000-5010 public 203.0.113.1:5000
add endpoint web1/ftp tcp 5000-5010 public 203.0.113.1:6000 ; fail ; a range of ports keeps its numbers, so it is 5000 or left out
add endpoint web1/http tcp 80 address 10.0.0.4 ; ok
add endpoint web1/http tcp 80 address 10.0.0.9 ; fail ; 10.0.0.9
add endpoint web1/http tcp 80 public 203.0.113.1:8080 ; ok
add endpoint web1/http tcp 80 public 203.0.113.1:8080,[2001:db8:f::1]:80 ; ok
add endpoint web1/http tcp 80 public [2001:DB8:F::1]:80 ; ok ; add endpoint web1/http tcp 80 public [2001:db8:f::1]:80
add endpoint web1/http tcp 80 public 203.0.113.1 ; ok ; add endpoint web1/http tcp 80 public 203.0.113.1:49152
add endpoint web1/http tcp 80 public 203.0.113.1 ; prints ; web1/http public 203.0.113.1:49152
add endpoint web1/http tcp 80 public [2001:db8:f::1] ; prints ; web1/http public [2001:db8:f::1]:49152
-j add endpoint web1/http tcp 80 public 203.0.113.1 ; prints ; [{"vm":"web1","name":"http","public":["203.0.113.1:49152"]}]
--dry-run add endpoint web1/http tcp 80 public 203.0.113.1 ; prints ; -
add endpoint web1/http tcp 80 public 203.0.113.1:0 ; usage ; public '203.0.113.1:0': the port must be 1 to 65535
add endpoint web1/http tcp 80 public 203.0.113.1:65536 ; usage ; the port must be 1 to 65535
add endpoint web1/http tcp 80 public 2001:db8:f::1]:80 ; usage ; must be ADDR or ADDR:PORT
add endpoint web1/http tcp 80 public 203.0.113.1: ; usage ; must be ADDR or ADDR:PORT
add endpoint web1/http tcp 80 public 203.0.113.1:80,203.0.113.1:80 ; usage ; is in the list already
add endpoint web1/http tcp 70000 ; usage ; port '70000': must be 1 to 65535
add endpoint web1/http tcp 0 ; usage ; port '0': must be 1 to 65535
add endpoint web1/http tcp 080 ; usage ; port '080': must be 1 to 65535
add endpoint web1/http tcp 99999999999999999999 ; usage ; must be 1 to 65535
add endpoint web1/http tcp 20-10 ; usage ; port '20-10': a range goes from the lower port to the higher one
add endpoint web1/http tcp 20- ; usage ; must be 1 to 65535
add endpoint web1/http tcp http ; usage ; port 'http': must be a number, 1 to 65535, or a range
add endpoint web1/http tcp 80 public 2001:db8::1:80 ; note ; note: 2001:db8::1:80 is taken as an address without a port; if 80 is the port, write [2001:db8::1]:80
add endpoint web1/http tcp ; usage ; tcp needs a port behind it
add endpoint web1/http icmp 80 ; usage ; port '80': icmp has no ports
add endpoint web1/http tcp 80 type 8 ; usage ; type '8': only icmp and icmpv6 have types
add endpoint web1/http icmp type 256 ; usage ; type '256': must be a type, or type/code
add endpoint web1/http icmp type 3/ ; usage ; must be a type, or type/code
add endpoint web1/http TCP 80 ; usage ; proto 'TCP': must be tcp
add endpoint web1/http 256 ; usage ; proto '256': must be tcp
add endpoint web1/http 0x6 80 ; usage ; proto '0x6': must be tcp
add endpoint web1/http +6 80 ; usage ; proto '+6': must be tcp
add endpoint web1 tcp 80 ; usage ; endpoint 'web1': must be VM/NAME
add endpoint web1/ tcp 80 ; usage ; a name begins with a letter
add endpoint web1/a/b tcp 80 ; usage ; a name has letters
add endpoint web1/http tcp 80 name x ; usage ; unknown word 'name' after 'add endpoint web1/http tcp 80' (try: address lbset public type)
add endpoint web2/http tcp 80 ; fail ; 'web2'
add endpoint web1/dmz any public 203.0.113.1:80 ; fail ; dmz
list endpoints web1 ; prints ; ENDPOINT  PROTO  PORT  TYPE  ADDRESS  PUBLIC  LBSET  RULES  DEFAULT  USE
list endpoints web2 ; fail ; there is no vm 'web2'
list endpoints web1/http ; fail ; there is no endpoint 'web1/http'

+ add endpoint web1/http tcp 80 public 203.0.113.1:8080
+ add rule web1/http 100 permit any
add endpoint web1/http tcp 81 ; fail ; exists already
add endpoint web1/http2 tcp 80 ; fail ; http
add endpoint web1/alt tcp 81 public 203.0.113.1:8080 ; fail ; 203.0.113.1 port 8080
--may-exist add endpoint web1/http tcp 80 public 203.0.113.1 ; ok ; -
--may-exist add endpoint web1/http tcp 81 public 203.0.113.1 ; fail ; differs in 'port'
change endpoint web1/http tcp 8000 ; ok ; - add endpoint web1/http tcp 80 public 203.0.113.1:8080 | add endpoint web1/http tcp 8000 public 203.0.113.1:8080
change endpoint web1/http udp ; ok ; - add endpoint web1/http tcp 80 public 203.0.113.1:8080 | add endpoint web1/http udp 80 public 203.0.113.1:8080
change endpoint web1/http no public ; ok ; - add endpoint web1/http tcp 80 public 203.0.113.1:8080 | add endpoint web1/http tcp 80
change endpoint web1/http icmp no public ; ok ; - add endpoint web1/http tcp 80 public 203.0.113.1:8080 | add endpoint web1/http icmp
change endpoint web1/http 8000 ; usage ; port '8000': the protocol comes before it
change endpoint web1/http ; usage ; there is nothing to change
remove endpoint web1/http ; ok ; - add endpoint web1/http tcp 80 public 203.0.113.1:8080 | - add rule web1/http 100 permit any
list endpoints ; prints ; ENDPOINT   PROTO  PORT  PUBLIC            RULES  DEFAULT | web1/http  tcp    80    203.0.113.1:8080      1  auto
-j list endpoints ; prints ; [{"vm":"web1","name":"http","proto":"tcp","port":80,"type":null,"code":null,"address":null,"public":["203.0.113.1:8080"],"lbset":null,"rules":1,"default":"auto","use":null}]

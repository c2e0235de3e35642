/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-made frames that are sent and caught in several network namespaces, by
 * one process.
 */
#ifndef _WIRE_H
#define _WIRE_H

#include <stdbool.h>
#include <stdint.h>

#define WIRE_PLACES 32

/**
 * struct wire_packet - a TCP SYN, a datagram of UDP, or an ICMP message
 * @family: 4 or 6
 * @proto: 6, 17, 1 or 58
 * @src: network byte order, 4 or 16 bytes; as @dst
 * @sport: host byte order, as @dport; 0 for ICMP
 * @type: of ICMP, with @code
 * @number: by which it is known again; for ICMP also the id, as far as it goes
 */
struct wire_packet {
	uint8_t family;
	uint8_t proto;
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t sport;
	uint16_t dport;
	uint8_t type;
	uint8_t code;
	uint32_t number;
};

/* Interface @dev in the namespace @netns: a place, numbered from 0 on. */
int wire_open(const char *netns, const char *dev);
void wire_send(int place, const uint8_t *smac, const uint8_t *dmac,
	       const struct wire_packet *packet);
/* ARP for an address of its own: others learn where it is. */
void wire_announce(int place, const uint8_t *smac, const uint8_t *ip);

/* From this namespace, as its routes say. Return: false: there is no way. */
bool wire_send_routed(const struct wire_packet *packet);

/* The next one that came in anywhere; false: none for a while. */
bool wire_catch(int *place, struct wire_packet *packet);

#endif /* _WIRE_H */

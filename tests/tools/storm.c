// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two policies that take turns, and packets that tell them apart.
 *
 * usage: storm turns|beside PACKETS A B VM REMOTE
 *
 * A and B are files of commands; B is in force. VM and REMOTE are the two ends,
 * each as NETNS,DEV,MAC: where it sends and counts, and whom it sends to. With
 * turns there is a change after each round of packets, in the same thread; with
 * beside another thread makes them, on another processor if there is one.
 *
 * A packet has three properties: who the remote is, the port of the VM and that of
 * the remote. Each has a value that A permits, one that B permits, and one that
 * both do. So a policy permits a packet if none of the three is the other's
 * alone; and what has one of each, neither permits: it passes if parts of one
 * policy meet parts of the other. Every combination is sent by both ends, as IPv4
 * and IPv6, UDP and the SYN of TCP.
 *
 * Writes, a line for each: a, b, both, neither, and by how many packets of which
 * that policy permits were sent and arrived; changes, and how many were made;
 * lost, and how many packets the counting sockets had no room for; vm and remote,
 * and how many packets each end sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"
#include "netlink.h"
#include "txn.h"
#include "words.h"

/* Whose value of a property: that of A, of B, or of both. */
#define VALUES 3
#define COMBINATIONS (VALUES * VALUES * VALUES)
/* Of an end: by family and protocol. */
#define FRAMES (COMBINATIONS * 4)
#define FRAME_ROOM 128
#define BATCH 64

static const char *const addresses[2][2] = {
	{ "10.1.0.4", "198.51.100." },
	{ "fd00::4", "2001:db8::" },
};

#define MAGIC "storm"

/* Stands at the end of each packet. */
struct mark {
	char magic[sizeof(MAGIC) - 1];
	uint8_t end;
	uint8_t permitted_by;
	uint8_t pad;
};

enum permitted_by {
	A,
	B,
	BOTH,
	NEITHER,
	GROUPS,
};

static unsigned long sent[GROUPS], arrived[GROUPS];

/* ---- packets ---- */

struct combination {
	int remote;
	int vm_port;
	int remote_port;
};

static struct combination combination(int number)
{
	return (struct combination){
		.remote = number % VALUES,
		.vm_port = number / VALUES % VALUES,
		.remote_port = number / VALUES / VALUES,
	};
}

static enum permitted_by permitted_by(const struct combination *c)
{
	bool a = !c->remote || !c->vm_port || !c->remote_port;
	bool b = c->remote == 1 || c->vm_port == 1 || c->remote_port == 1;

	return a && b ? NEITHER : a ? A : b ? B : BOTH;
}

static uint32_t sum(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint32_t total = 0;
	size_t i;

	for (i = 0; i < len; i++)
		total += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return total;
}

static uint16_t folded(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons((uint16_t)~total);
}

struct end {
	int number; /* 0: the VM, 1: the remote */
	int sender;
	int receivers[2];
	uint8_t own[ETH_ALEN];
	uint8_t other[ETH_ALEN];
	unsigned long sent;
	uint8_t frames[FRAMES][FRAME_ROOM];
	struct iovec iov[FRAMES];
	struct mmsghdr messages[FRAMES];
	uint8_t groups[FRAMES];
};

/* A packet as it is being made, from the network header on. */
struct packet {
	int family; /* 0: IPv4, 1: IPv6 */
	uint8_t proto;
	uint8_t addresses[2][16]; /* source, destination */
	uint16_t ports[2];
	uint8_t *at;
	struct mark mark;
};

static size_t address_len(const struct packet *p)
{
	return p->family ? 16 : 4;
}

static void put_header(const struct packet *p, size_t len)
{
	struct ip *v4 = (void *)p->at;
	struct ip6_hdr *v6 = (void *)p->at;

	if (p->family) {
		v6->ip6_flow = htonl(6u << 28);
		v6->ip6_plen = htons((uint16_t)len);
		v6->ip6_nxt = p->proto;
		v6->ip6_hlim = 64;
		memcpy(&v6->ip6_src, p->addresses[0], 16);
		memcpy(&v6->ip6_dst, p->addresses[1], 16);
		return;
	}
	v4->ip_v = 4;
	v4->ip_hl = 5;
	v4->ip_len = htons((uint16_t)(sizeof(*v4) + len));
	v4->ip_ttl = 64;
	v4->ip_p = p->proto;
	memcpy(&v4->ip_src, p->addresses[0], 4);
	memcpy(&v4->ip_dst, p->addresses[1], 4);
	v4->ip_sum = folded(sum(v4, sizeof(*v4)));
}

static uint16_t checksum(const struct packet *p, const void *content,
			 size_t len)
{
	return folded(sum(content, len) + p->proto + (uint32_t)len +
		      sum(p->addresses[0], address_len(p)) +
		      sum(p->addresses[1], address_len(p)));
}

/* Return: its length. */
static size_t put_packet(const struct packet *p)
{
	size_t header = p->family ? sizeof(struct ip6_hdr) : sizeof(struct ip);
	struct udphdr *udp = (void *)(p->at + header);
	struct tcphdr *tcp = (void *)udp;
	size_t len = p->proto == IPPROTO_UDP ? sizeof(*udp) : sizeof(*tcp);

	udp->source = htons(p->ports[0]);
	udp->dest = htons(p->ports[1]);
	memcpy((uint8_t *)udp + len, &p->mark, sizeof(p->mark));
	len += sizeof(p->mark);
	if (p->proto == IPPROTO_UDP) {
		udp->len = htons((uint16_t)len);
		udp->check = checksum(p, udp, len);
	} else {
		tcp->seq = htonl(1000);
		tcp->doff = sizeof(*tcp) / 4;
		tcp->syn = 1;
		tcp->window = htons(65535);
		tcp->check = checksum(p, tcp, len);
	}
	put_header(p, len);
	return header + len;
}

static void set_address(struct packet *p, int which, const char *text,
			int value)
{
	char full[64];

	if (value < 0)
		snprintf(full, sizeof(full), "%s", text);
	else
		snprintf(full, sizeof(full), "%s%d", text, value + 1);
	inet_pton(p->family ? AF_INET6 : AF_INET, full, p->addresses[which]);
}

static void make_frame(struct end *end, int number)
{
	struct combination c = combination(number % COMBINATIONS);
	struct packet p = {
		.family = number / COMBINATIONS % 2,
		.proto = number / COMBINATIONS / 2 ? IPPROTO_TCP : IPPROTO_UDP,
		.at = end->frames[number] + ETH_HLEN,
		.mark = { .magic = MAGIC,
			  .end = (uint8_t)end->number,
			  .permitted_by = permitted_by(&c) },
	};
	struct ethhdr *eth = (void *)end->frames[number];
	int vm = end->number, remote = !end->number;

	memcpy(eth->h_source, end->own, ETH_ALEN);
	memcpy(eth->h_dest, end->other, ETH_ALEN);
	eth->h_proto = htons(p.family ? ETH_P_IPV6 : ETH_P_IP);
	set_address(&p, vm, addresses[p.family][0], -1);
	set_address(&p, remote, addresses[p.family][1], c.remote);
	p.ports[vm] = (uint16_t)(1 + c.vm_port);
	p.ports[remote] = (uint16_t)(1001 + c.remote_port);
	end->groups[number] = (uint8_t)p.mark.permitted_by;
	end->iov[number].iov_base = eth;
	end->iov[number].iov_len = ETH_HLEN + put_packet(&p);
	end->messages[number].msg_hdr.msg_iov = &end->iov[number];
	end->messages[number].msg_hdr.msg_iovlen = 1;
}

/* ---- the two ends ---- */

static int packet_socket(uint16_t protocol, unsigned int ifindex)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), size = 64 << 20;

	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)))
		err(1, "packet socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

/* Sockets of one protocol hear only what comes in. */
static void open_end(struct end *end, int number, char *text)
{
	char *netns = strtok(text, ","), *dev = strtok(NULL, ",");
	char *mac = strtok(NULL, ",");
	struct ifreq request = { 0 };
	unsigned int ifindex;
	int i;

	if (!mac || sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", end->other,
			   end->other + 1, end->other + 2, end->other + 3,
			   end->other + 4, end->other + 5) != 6)
		errx(2, "an end is NETNS,DEV,MAC");
	setenv("NETNS", netns, 1);
	enter_netns();
	ifindex = if_nametoindex(dev);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	end->number = number;
	end->sender = packet_socket(0, ifindex);
	end->receivers[0] = packet_socket(ETH_P_IP, ifindex);
	end->receivers[1] = packet_socket(ETH_P_IPV6, ifindex);
	if (!ifindex || ioctl(end->sender, SIOCGIFHWADDR, &request))
		err(1, "%s", dev);
	memcpy(end->own, request.ifr_hwaddr.sa_data, ETH_ALEN);
	for (i = 0; i < FRAMES; i++)
		make_frame(end, i);
}

static void send_all(struct end *end)
{
	int n, i = 0;

	while (i < FRAMES) {
		n = sendmmsg(end->sender, end->messages + i,
			     (unsigned int)(FRAMES - i), 0);
		if (n <= 0)
			err(1, "sending");
		for (end->sent += (unsigned int)n; n; n--)
			sent[end->groups[i++]]++;
	}
}

static void count(const struct end *end, const uint8_t *frame, size_t len)
{
	struct mark mark;

	if (len < sizeof(mark))
		return;
	memcpy(&mark, frame + len - sizeof(mark), sizeof(mark));
	if (!memcmp(mark.magic, MAGIC, sizeof(mark.magic)) &&
	    mark.end != end->number && mark.permitted_by < GROUPS)
		arrived[mark.permitted_by]++;
}

static void hear(const struct end *end, int fd)
{
	static uint8_t frames[BATCH][FRAME_ROOM];
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH] = { 0 };
	int i, n;

	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ frames[i], FRAME_ROOM };
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	do {
		n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		for (i = 0; i < n; i++)
			count(end, frames[i], messages[i].msg_len);
	} while (n == BATCH);
}

static void hear_end(const struct end *end)
{
	hear(end, end->receivers[0]);
	hear(end, end->receivers[1]);
}

static unsigned int lost_by(const struct end *end)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);
	unsigned int n = 0;
	int i;

	for (i = 0; i < 2; i++)
		if (!getsockopt(end->receivers[i], SOL_PACKET,
				PACKET_STATISTICS, &stats, &len))
			n += stats.tp_drops;
	return n;
}

/* ---- changes ---- */

static struct nl nl;
static struct program programs[2];
static const char *files[2];
static unsigned long changes;
static atomic_bool stop;

static void change(void)
{
	int which = (int)(changes % 2);
	const struct place whole = { .file = files[which] };
	const struct txn_options how = { 0 };

	if (txn_run(&nl, &programs[which], &whole, &how))
		exit(1);
	changes++;
}

static void *change_all_the_time(void *arg)
{
	(void)arg;
	while (!stop)
		change();
	return NULL;
}

/* The last processor is for the changes, if there are two. */
static void stay_on(pthread_t thread, long processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)processor, &set);
	pthread_setaffinity_np(thread, sizeof(set), &set);
}

/* ---- all of it ---- */

static struct end ends[2];

static void round_of_packets(bool in_turns)
{
	int i;

	for (i = 0; i < 2; i++) {
		send_all(&ends[i]);
		hear_end(&ends[!i]);
		if (in_turns)
			change();
	}
}

static void hear_all(void)
{
	hear_end(&ends[0]);
	hear_end(&ends[1]);
}

/*
 * Not all that was sent need have come: while ksoftirqd is to do the work of
 * interrupts, and has no turn, the kernel only queues.
 */
static void hear_the_rest(void)
{
	static const struct timespec moment = { .tv_nsec = 100 * 1000000 };
	int moments = 100;

	do {
		nanosleep(&moment, NULL);
		hear_all();
	} while (--moments && arrived[BOTH] < sent[BOTH]);
	nanosleep(&moment, NULL);
	hear_all();
}

static void run(bool in_turns, unsigned long packets)
{
	pthread_t thread;

	if (!in_turns) {
		if (pthread_create(&thread, NULL, change_all_the_time, NULL))
			errx(1, "no thread");
		stay_on(pthread_self(), 0);
		stay_on(thread, sysconf(_SC_NPROCESSORS_ONLN) - 1);
	}
	while (ends[0].sent + ends[1].sent < packets)
		round_of_packets(in_turns);
	hear_the_rest();
	stop = true;
	if (!in_turns)
		pthread_join(thread, NULL);
}

static void report(void)
{
	static const char *const names[GROUPS] = {
		[A] = "a", [B] = "b", [BOTH] = "both", [NEITHER] = "neither"
	};
	int i;

	for (i = 0; i < GROUPS; i++)
		printf("%s %lu %lu\n", names[i], sent[i], arrived[i]);
	printf("changes %lu\nlost %u\nvm %lu\nremote %lu\n", changes,
	       lost_by(&ends[0]) + lost_by(&ends[1]), ends[0].sent,
	       ends[1].sent);
}

int main(int argc, char **argv)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), i;
	unsigned long packets = argc == 7 ? strtoul(argv[2], NULL, 0) : 0;

	if (!packets)
		errx(2, "usage: storm turns|beside PACKETS A B VM REMOTE");
	for (i = 0; i < 2; i++) {
		files[i] = argv[3 + i];
		open_end(&ends[i], i, argv[5 + i]);
	}
	if (here < 0 || setns(here, CLONE_NEWNET))
		err(1, "back");
	if (nl_open(&nl))
		return 1;
	for (i = 0; i < 2; i++)
		if (words_read(&programs[i], files[i]))
			return 1;
	run(!strcmp(argv[1], "turns"), packets);
	report();
	return 0;
}

# A DHCP server for tests, which keeps a record of what it is sent: perl dhcpServer.pl MODE
#   check: answers a DISCOVER 3 s later, as one that pings the address first; late: the same, and never the first one
#   two:   another server offers too, and refuses what was not asked of it; twice: each OFFER a second time, after the REQUEST too
#   takesBack: an offer, and NAK
# It has 192.0.2.1 on the link "lan", and answers names. Ends with the RELEASE, or with its NAK.
use strict;
use warnings;
use Socket;
use Time::HiRes 'time';

my ($mode) = @ARGV;
my ($own, $other) = map { inet_aton($_) } '192.0.2.1', '192.0.2.2';
$| = 1;
alarm 40;
select undef, undef, undef, 0.02 until -e '/sys/class/net/lan' || system('ip link show dev lan >/dev/null 2>&1') == 0;
system 'ip address add 192.0.2.1/24 dev lan && ip link set dev lan up && ip link set dev lo up';
my @sockets = map {
	socket my $socket, PF_INET, SOCK_DGRAM, 17 or die;
	setsockopt $socket, SOL_SOCKET, SO_BROADCAST, 1;
	# Without a default route, a broadcast needs its link.
	setsockopt $socket, SOL_SOCKET, 25, "lan\0" or die;
	bind $socket, pack_sockaddr_in($_, INADDR_ANY) or die;
	$socket;
} 67, 53;

my ($start, $seen, @due) = (time, 0);

sub reply {
	my ($to, $type, $server, $address) = @_;
	my $text = pack 'C4 a4 n n a4 a4 a4 a4 a16 a64 a128 N', 2, 1, 6, 0, substr($to, 4, 4), 0, 0x8000, "\0" x 4, $address, "\0" x 4, "\0" x 4, substr($to, 28, 16), '', '', 0x63825363;
	$text .= pack('C2 a1', 53, 1, chr $type) . pack('C2 a4', 54, 4, $server);
	$text .= pack('C2 a4', 1, 4, "\xff\xff\xff\0") . pack('C2 a4', 3, 4, $own) . pack('C2 a4', 6, 4, $own) if $type != 6;
	send $sockets[0], $text . "\xff", 0, pack_sockaddr_in(68, INADDR_BROADCAST);
}

sub options_of {
	my ($rest, %found) = substr $_[0], 240;
	while (length $rest > 1 && unpack('C', $rest) != 255) {
		my ($code, $value) = unpack 'C C/a', $rest;
		($found{$code}, $rest) = ($value, substr $rest, 2 + length $value);
	}
	return %found;
}

my ($offered, $elsewhere) = map { inet_aton($_) } '192.0.2.50', '192.0.2.60';
while (1) {
	while (@due && $due[0][0] <= time) { my (undef, @args) = @{ shift @due }; reply(@args) }
	my $bits = '';
	vec($bits, fileno $_, 1) = 1 for @sockets;
	next unless select $bits, undef, undef, @due ? 0.05 : 1;
	if (vec $bits, fileno $sockets[1], 1) {
		my $from = recv $sockets[1], my $asked, 512, 0;
		send $sockets[1], substr($asked, 0, 2) . pack('n', 0x8180) . substr($asked, 4), 0, $from;
		next;
	}
	recv $sockets[0], my $text, 2000, 0;
	my %options = options_of($text);
	my $type = ord $options{53};
	my $server = defined $options{54} ? inet_ntoa($options{54}) : '-';
	my $secs = unpack 'x8 n', $text;
	printf "%s %s secs %d of %s from %s\n", { 1, 'DISCOVER', 3, 'REQUEST', 7, 'RELEASE' }->{$type}, unpack('x4 H8', $text), $secs, $server, inet_ntoa(substr $text, 12, 4);
	exit if $type == 7;
	if ($type == 1) {
		next if $mode eq 'late' && !$seen++;
		push @due, [time + ($mode eq 'check' ? 3 : 0), $text, 2, $own, $offered];
		push @due, [time, $text, 2, $mode eq 'two' ? ($other, $elsewhere) : ($own, $offered)] if $mode =~ /^tw/;
	}
	if ($type == 3) {
		if ($mode eq 'takesBack') { reply($text, 6, $own, "\0" x 4); exit }
		reply($text, 2, $own, $offered) if $mode ne 'late';
		reply($text, 6, $other, "\0" x 4) if $mode eq 'two';
		reply($text, 5, $own, $offered);
	}
}

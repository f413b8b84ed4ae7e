# Asks a LAN which of its machines have an address: perl -e "$(cat whoHas.pl)" SECONDS (DEVICE FROM ADDRESS MAC)...
#
# Addresses are hexadecimal. FROM says how it is asked:
#   all        by an ARP probe (RFC 5227) to everybody
#   one:COUNT  by ARP probes to MAC alone, for COUNT addresses from ADDRESS on, until it answers one
#   ADDRESS6   by a neighbour solicitation (RFC 4861) from that address, the host's own link-local one
# It claims nothing, and the host's tables stay as they are. Each question is asked up to three times, until MAC answers.
# Prints a line for each answer: ADDRESS MAC
# It needs what perl-base has, no more.
use strict;
use warnings;
use POSIX qw(_SC_CLK_TCK sysconf times);

my ($seconds, @words) = @ARGV;
my ($family, $raw, $all) = (17, 3, 0x0003);
my (%socket, %own, %asks_of, %asked, @asks, %said);

# Seconds since some time, whatever happens to the clock; Time::HiRes is not in perl-base.
sub now { (times())[0] / sysconf(_SC_CLK_TCK) }
sub mac { join ':', map { sprintf '%02x', $_ } unpack 'C6', $_[0] }
sub bytes { pack 'C6', map { hex } split /:/, $_[0] }

sub first_of {
	open my $file, '<', "/sys/class/net/$_[0]" or return;
	chomp(my $line = <$file>);
	return $line;
}

# struct sockaddr_ll, packet(7)
sub listen_on {
	my ($device) = @_;
	my $index = first_of("$device/ifindex");
	return if $socket{$device} || !$index;
	socket my $new, $family, $raw, unpack('S', pack 'n', $all) or die "a packet socket: $!\n";
	bind $new, pack 'S n i S C C a8', $family, $all, $index, 0, 0, 0, '' or die "$device: $!\n";
	($socket{$device}, $own{$device}) = ($new, bytes(first_of("$device/address")));
}

while (my ($device, $from, $address, $mac) = splice @words, 0, 4) {
	listen_on($device);
	my $count = $from =~ /^one:(\d+)$/ ? $1 : 1;
	my @targets = $count == 1 ? pack('H*', $address) : map { pack 'N', hex($address) + $_ } 0 .. $count - 1;
	next unless $socket{$device};
	my $ask = { device => $device, from => $from, targets => \@targets, to => $count == 1 ? "\xff" x 6 : bytes($mac) };
	push @asks, $ask;
	$asked{unpack 'H*', $_} = 1 for @targets;
	$asks_of{unpack('H*', $_) . " $mac"}{$ask} = $ask for @targets;
}

sub sum {
	my $sum = 0;
	$sum += $_ for unpack 'n*', $_[0];
	$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
	return ~$sum & 0xffff;
}

sub arp {
	my ($mac, $to, $address) = @_;
	my $arp = pack 'n n C C n a6 a4 a6 a4', 1, 0x0800, 6, 4, 1, $mac, "\0" x 4, "\0" x 6, $address;
	return pack('a6 a6 n', $to, $mac, 0x0806) . $arp . "\0" x 18;
}

# To the group of all whose address ends in the same three bytes (RFC 4291, 2.7.1).
sub solicitation {
	my ($mac, $from, $address) = @_;
	my $end = substr $address, 13;
	my $group = pack('C2', 0xff, 0x02) . "\0" x 9 . "\x01\xff" . $end;
	my $message = pack('C C n N a16 C C a6', 135, 0, 0, 0, $address, 1, 1, $mac);
	substr $message, 2, 2, pack 'n', sum($from . $group . pack('N N', length $message, 58) . $message);
	return pack('a6 a6 n', "\x33\x33\xff$end", $mac, 0x86dd) . pack('N n C C', 6 << 28, length $message, 58, 255) . $from . $group . $message;
}

sub ask {
	for my $ask (grep { !$_->{answered} } @asks) {
		my $mac = $own{$ask->{device}};
		for (@{ $ask->{targets} }) {
			my $frame = length == 4 ? arp($mac, $ask->{to}, $_) : solicitation($mac, pack('H*', $ask->{from}), $_);
			send $socket{$ask->{device}}, $frame, 0;
		}
	}
}

my ($start, $answered) = (now(), 0);

# Of an advertisement, who sent it: the option with the address may be left out.
sub heard {
	my ($frame) = @_;
	my ($from, $type) = unpack 'x6 a6 n', $frame;
	my $address = $type == 0x0806 && length $frame >= 42 ? unpack('H*', substr $frame, 28, 4)
		: $type == 0x86dd && length $frame >= 78 && unpack('x20 C', $frame) == 58 && unpack('x54 C', $frame) == 136 ? unpack('H*', substr $frame, 62, 16)
		: return;
	return unless $asked{$address};
	my $line = join ' ', $address, mac($from);
	print "$line\n" unless $said{$line}++;
	$answered = now() - $start;
	$_->{answered} = 1 for values %{ $asks_of{$line} || {} };
}

my @due = map { $_ * $seconds / 3 } 0 .. 2;
# Of many addresses, a guest may have two.
my $grace = (grep { @{ $_->{targets} } > 1 } @asks) ? 0.1 : 0;
while ((my $passed = now() - $start) < $seconds) {
	last if $passed >= $answered + $grace && !grep { !$_->{answered} } @asks;
	if (@due && $passed >= $due[0]) { shift @due; ask() }
	my $bits = '';
	vec($bits, fileno $_, 1) = 1 for values %socket;
	select $bits, undef, undef, 0.05;
	for my $device (keys %socket) {
		next unless vec $bits, fileno $socket{$device}, 1;
		for (1 .. 200) {
			# MSG_DONTWAIT
			my $from = recv $socket{$device}, my $frame, 200, 0x40;
			last unless defined $from && length $frame;
			# What the host itself sends is no answer.
			heard($frame) if length $frame >= 14 && unpack('x10 C', $from) != 4;
		}
	}
}

# Listens on links for who has which address and who asks DHCP: perl -e "$(cat listen.pl)" SECONDS WORD...
#
# Words: "on DEVICE" listens there; "ask DEVICE MAC ADDRESS" sends two ARP probes (RFC 5227) from that MAC address, which
# claim nothing; "until MAC" ends early, 0.8 s on, once each MAC address named so was heard with an address of its own.
# Prints a line for each kind of frame, once, TO "-" for a broadcast:
#   arp  DEVICE in|out FROM TO ADDRESS     the sender says that it has ADDRESS
#   ip   DEVICE in|out FROM TO ADDRESS     IPv4 from ADDRESS
#   dhcp DEVICE in|out FROM TO TYPE CHADDR TYPE as in RFC 2132, 9.6
# It needs what perl-base has, no more: every Debian and Ubuntu has that.
use strict;
use warnings;
use POSIX qw(_SC_CLK_TCK sysconf times);

my ($seconds, @words) = @ARGV;
my (%socket, @asks, %until);
my ($family, $raw, $all) = (17, 3, 0x0003);

# Seconds since some time, whatever happens to the clock; Time::HiRes is not in perl-base.
sub now { (times())[0] / sysconf(_SC_CLK_TCK) }

sub mac { join ':', map { sprintf '%02x', $_ } unpack 'C6', $_[0] }
sub bytes { pack 'C6', map { hex } split /:/, $_[0] }

# struct sockaddr_ll, packet(7)
sub place {
	my ($device) = @_;
	open my $file, '<', "/sys/class/net/$device/ifindex" or return;
	chomp(my $index = <$file>);
	return pack 'S n i S C C a8', $family, $all, $index, 0, 0, 0, '';
}

sub listen_on {
	my ($device) = @_;
	return if $socket{$device};
	my $place = place($device) or return;
	socket my $new, $family, $raw, unpack('S', pack 'n', $all) or die "a packet socket: $!\n";
	bind $new, $place or die "$device: $!\n";
	$socket{$device} = $new;
}

while (@words) {
	my $word = shift @words;
	if ($word eq 'on') { listen_on(shift @words) }
	elsif ($word eq 'ask') { push @asks, [splice @words, 0, 3]; listen_on($asks[-1][0]) }
	elsif ($word eq 'until') { $until{shift @words} = 1 }
	else { die "$word is no word of these\n" }
}

sub ask {
	for (@asks) {
		my ($device, $from, $address) = @$_;
		next unless $socket{$device};
		my $arp = pack 'n n C C n a6 a4 a6 a4', 1, 0x0800, 6, 4, 1, bytes($from), "\0" x 4, "\0" x 6, pack('C4', split /\./, $address);
		send $socket{$device}, pack('a6 a6 n', "\xff" x 6, bytes($from), 0x0806) . $arp . "\0" x 18, 0;
	}
}

my %said;
sub say_once {
	my $line = join ' ', @_;
	print "$line\n" if !$said{$line}++ && keys %said <= 2000;
}

sub heard {
	my ($device, $frame, $direction) = @_;
	return if length $frame < 34;
	my ($to, $from, $type) = unpack 'a6 a6 n', $frame;
	($to, $from) = ($to eq "\xff" x 6 ? '-' : mac($to), mac($from));
	if ($type == 0x0806) {
		my $address = join '.', unpack 'x28 C4', $frame;
		return if $address eq '0.0.0.0';
		say_once('arp', $device, $direction, $from, $to, $address);
		delete $until{$from};
	} elsif ($type == 0x0800) {
		my ($length, $protocol, $address) = (4 * (unpack('x14 C', $frame) & 15), unpack('x23 C', $frame), join '.', unpack 'x26 C4', $frame);
		if ($protocol == 17 && length $frame > 14 + $length + 8 + 240) {
			my ($source, $target) = unpack 'n n', substr $frame, 14 + $length, 4;
			if ("$source $target" =~ /^(68 67|67 68|67 67)$/) {
				my $message = substr $frame, 14 + $length + 8;
				my $options = substr $message, 240;
				while (length $options) {
					my $code = unpack 'C', $options;
					if ($code == 0) { $options = substr $options, 1; next }
					last if $code == 255 || length $options < 3;
					my $size = unpack 'x C', $options;
					if ($code == 53) {
						say_once('dhcp', $device, $direction, $from, $to, unpack('x2 C', $options), mac(substr $message, 28, 6));
						return;
					}
					last if length $options < 2 + $size;
					$options = substr $options, 2 + $size;
				}
				return;
			}
		}
		return if $address eq '0.0.0.0';
		say_once('ip', $device, $direction, $from, $to, $address);
		delete $until{$from};
	}
}

$| = 1;
my $start = now();
my @asked = (0, 0.4);
my $short = 0.8;
while ((my $passed = now() - $start) < $seconds) {
	last if $passed > $short && !%until;
	if (@asked && $passed >= $asked[0]) { shift @asked; ask() }
	my $bits = '';
	vec($bits, fileno $_, 1) = 1 for values %socket;
	select $bits, undef, undef, 0.1;
	for my $device (sort keys %socket) {
		next unless vec $bits, fileno $socket{$device}, 1;
		for (1 .. 200) {
			# MSG_DONTWAIT
			my $from = recv $socket{$device}, my $frame, 600, 0x40;
			last unless defined $from && length $frame;
			heard($device, $frame, unpack('x10 C', $from) == 4 ? 'out' : 'in');
		}
	}
}

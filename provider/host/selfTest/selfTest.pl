# What a VM would do first: a DHCP lease (or the address given), the gateway, a name server. selfTest.sh runs it.
#   perl -e "$(cat selfTest.pl)" -- DEVICE MAC SECONDS dhcp|ADDRESS/PREFIX GATEWAY|- NAMESERVER|- NAME|-
# Without a NAMESERVER it is the first one that the host itself asks.
# Prints lines "lease|gateway|dns|release ok|failed WORDS". It needs what perl-base has.
use strict;
use warnings;
use POSIX qw(_SC_CLK_TCK sysconf times);
use Socket;

my ($device, $mac, $seconds, $address, $gateway, $nameserver, $name) = @ARGV;
my $chaddr = pack 'C6', map { hex } split /:/, $mac;
my $server;
$| = 1;

sub now { (times())[0] / sysconf(_SC_CLK_TCK) }
sub told { print join(' ', @_), "\n" }

# RFC 2131; options as pairs of code and value. Who has an address is answered there, all others by broadcast.
sub message {
	my ($xid, $secs, $ciaddr, @options) = @_;
	my $flags = $ciaddr eq "\0" x 4 ? 0x8000 : 0;
	my $text = pack 'C4 N n n a4 a4 a4 a4 a16 a64 a128 N', 1, 1, 6, 0, $xid, $secs, $flags, $ciaddr, "\0" x 4, "\0" x 4, "\0" x 4, $chaddr, '', '', 0x63825363;
	while (my ($code, $value) = splice @options, 0, 2) { $text .= pack 'C C/a', $code, $value }
	return $text . "\xff";
}

sub options_of {
	my ($text) = @_;
	my %found;
	my $rest = substr $text, 240;
	while (length $rest) {
		my $code = unpack 'C', $rest;
		if ($code == 0) { $rest = substr $rest, 1; next }
		last if $code == 255 || length $rest < 2;
		my ($value) = unpack 'x C/a', $rest;
		$found{$code} = $value;
		last if length $rest < 2 + unpack 'x C', $rest;
		$rest = substr $rest, 2 + unpack 'x C', $rest;
	}
	return %found;
}

sub sum {
	my ($bytes) = @_;
	my $sum = 0;
	$sum += $_ for unpack 'n*', $bytes;
	$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
	return ~$sum & 0xffff;
}

# A frame of its own: the kernel sends nothing from an address that it does not have.
sub broadcast {
	my ($socket, $text) = @_;
	my $udp = pack('n4', 68, 67, 8 + length $text, 0) . $text;
	my $head = pack 'C2 n3 C2 n a4 a4', 0x45, 0, 20 + length $udp, 0, 0, 64, 17, 0, "\0" x 4, "\xff" x 4;
	substr $head, 10, 2, pack 'n', sum($head);
	send $socket, "\xff" x 6 . $chaddr . pack('n', 0x0800) . $head . $udp, 0;
}

# The next message that `wanted` takes, of this transaction and this client.
sub answer {
	my ($socket, $xid, $until, $wanted) = @_;
	while (now() < $until) {
		my $bits = '';
		vec($bits, fileno $socket, 1) = 1;
		next unless select $bits, undef, undef, 0.2;
		recv $socket, my $frame, 2000, 0;
		next if length $frame < 14 + 20 + 8 + 240 || unpack('x12 n', $frame) != 0x0800 || unpack('x23 C', $frame) != 17;
		my $start = 14 + 4 * (unpack('x14 C', $frame) & 15);
		my ($from, $to) = unpack 'n n', substr $frame, $start, 4;
		my $text = substr $frame, $start + 8;
		next if $from != 67 || $to != 68 || length $text < 241 || unpack('x4 N', $text) != $xid || substr($text, 28, 6) ne $chaddr;
		my %options = options_of($text);
		return ($text, %options) if $wanted->(%options);
	}
	return;
}

# RFC 2131, 4.1: sent again after 4 s, then 8 and so on, each a second more or less by chance, until `end`.
sub asked {
	my ($socket, $xid, $end, $wanted, $text) = @_;
	for (my $wait = 4; now() < $end; $wait *= 2) {
		broadcast($socket, $text->());
		my $until = now() + $wait - 1 + rand 2;
		my @answer = answer($socket, $xid, $until < $end ? $until : $end, $wanted);
		return @answer if @answer;
	}
	return;
}

# One transaction. Of several servers the first that offers is taken; what others say after that is not for it.
sub lease {
	open my $file, '<', "/sys/class/net/$device/ifindex" or die "$device: $!\n";
	chomp(my $index = <$file>);
	socket my $socket, 17, 3, unpack('S', pack 'n', 3) or die "a packet socket: $!\n";
	bind $socket, pack('S n i S C C a8', 17, 3, $index, 0, 0, 0, '') or die "$device: $!\n";
	my $xid = int rand 0xffffffff;
	my ($begin, $secs) = (now(), 0);
	my $end = $begin + $seconds;
	my ($offer, %offered) = asked($socket, $xid, $end, sub { my %said = @_; ($said{53} // '') eq "\2" && defined $said{54} }, sub {
		$secs = int(now() - $begin);
		message($xid, $secs, "\0" x 4, 53, "\1", 55, "\1\3\6\x36");
	});
	return 'nobody answers DHCPDISCOVER' unless $offer;
	my $address_offered = substr $offer, 16, 4;
	my $chosen = $offered{54};
	my ($ack, %given) = asked($socket, $xid, now() + $seconds, sub { my %said = @_; ($said{53} // '') =~ /^[\5\6]$/ && ($said{54} // $chosen) eq $chosen }, sub {
		message($xid, $secs, "\0" x 4, 53, "\3", 50, $address_offered, 54, $chosen, 55, "\1\3\6\x36");
	});
	return 'an offer, and no answer to DHCPREQUEST' unless $ack;
	return 'the server takes its offer back' if $given{53} eq "\6";
	my $prefix = unpack '%32b*', $given{1} // "\xff" x 4;
	$address = inet_ntoa(substr $ack, 16, 4) . "/$prefix";
	$gateway = $given{3} ? inet_ntoa(substr $given{3}, 0, 4) : '-';
	$nameserver = $given{6} ? inet_ntoa(substr $given{6}, 0, 4) : '-';
	$server = $chosen;
	return;
}

# Whatever went wrong after the lease, it is given back. A frame for the server waits for its MAC address, and would go with the namespace.
sub release {
	socket my $socket, PF_INET, SOCK_DGRAM, 17 or die "a socket: $!\n";
	my ($own) = split m{/}, $address;
	system("ping -n -q -c 1 -W 2 " . inet_ntoa($server) . " >/dev/null 2>&1");
	my $sent = bind($socket, pack_sockaddr_in(68, inet_aton($own))) &&
		send $socket, message(int rand 0xffffffff, 0, inet_aton($own), 53, "\7", 54, $server), 0, pack_sockaddr_in(67, $server);
	told('release', $sent ? 'ok' : 'failed', $address);
}

sub configure {
	system('ip', 'address', 'add', $address, 'dev', $device) == 0 or return "ip address add $address failed";
	return if $gateway eq '-';
	system('ip', 'route', 'add', 'default', 'via', $gateway, 'dev', $device) == 0 or return "ip route add default via $gateway failed";
	return;
}

# systemd-resolved's own list first: in the other file is its stub, which is on the host alone.
sub host_nameserver {
	for my $path ('/run/systemd/resolve/resolv.conf', '/etc/resolv.conf') {
		open my $file, '<', $path or next;
		while (<$file>) { return $1 if /^nameserver (?!127\.)(\d+(?:\.\d+){3})$/ }
	}
	return '-';
}

# For the address of NAME (RFC 1035); without one for the root's servers, and then any answer will do, a refusal too: it is
# the way to the server that is tried.
sub ask_name {
	my ($labels, $type) = $name eq '-' ? ('', 2) : (join('', map { pack 'C/a', $_ } split /\./, $name), 1);
	socket my $socket, PF_INET, SOCK_DGRAM, 17 or die "a socket: $!\n";
	my $id = int rand 0xffff;
	for (1 .. 3) {
		send $socket, pack('n6', $id, 0x0100, 1, 0, 0, 0) . $labels . "\0" . pack('n n', $type, 1), 0, pack_sockaddr_in(53, inet_aton($nameserver));
		my $bits = '';
		vec($bits, fileno $socket, 1) = 1;
		next unless select $bits, undef, undef, 2;
		recv $socket, my $text, 2000, 0;
		next unless defined $text && length $text >= 12 && unpack('n', $text) == $id;
		my (undef, $flags, undef, $answers) = unpack 'n4', $text;
		return $name eq '-' || (($flags & 15) == 0 && $answers > 0);
	}
	return 0;
}

if ($address eq 'dhcp') {
	my $wrong = lease();
	if ($wrong) { told('lease failed', $wrong); exit 0 }
	told('lease ok', $address, 'from', inet_ntoa($server // "\0" x 4));
}
my $wrong = configure();
if ($wrong) {
	release() if $server;
	die "$wrong\n";
}
if ($gateway ne '-') {
	my $reached = system("ping", "-n", "-q", "-c", "3", "-i", "0.3", "-W", "2", $gateway) == 0;
	told('gateway', $reached ? 'ok' : 'failed', $gateway);
}
$nameserver = host_nameserver() if $nameserver eq '-';
if ($nameserver ne '-') {
	told('dns', ask_name() ? 'ok' : 'failed', $name eq '-' ? $nameserver : "$name at $nameserver");
} elsif ($name ne '-') {
	told('dns', 'failed', "$name: neither the lease nor the host has a name server with an IPv4 address");
}
release() if $server;

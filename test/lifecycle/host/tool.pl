#!/usr/bin/perl
# A tool of a simulated host: asks the test's process, which has the host's state, and says and ends as that answers.
# It sends how many arguments there are and each with its length, its own name first, then standard input where an
# argument is /dev/stdin. The answer begins with a line: exit code, bytes of output, bytes of errors.
use strict;
use warnings;
use Socket;

socket(my $server, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
connect($server, sockaddr_un("/simulated/tools.sock")) or die "the test's process does not listen: $!";
my ($name) = $0 =~ m{([^/]+)$};
my @words = ($name, @ARGV);
my $input = "";
if (grep { $_ eq "/dev/stdin" } @ARGV) { local $/; $input = <STDIN>; }
syswrite_all($server, scalar(@words) . "\n" . join("", map { length($_) . "\n$_" } @words) . $input);
shutdown($server, 1);
my $answer = do { local $/; <$server> };
my ($code, $out, $err) = $answer =~ /^(\d+) (\d+) (\d+)\n/ or die "no answer";
my $at = index($answer, "\n") + 1;
syswrite_all(*STDOUT, substr($answer, $at, $out));
syswrite_all(*STDERR, substr($answer, $at + $out, $err));
exit $code;

sub syswrite_all {
	my ($to, $text) = @_;
	for (my $done = 0; $done < length $text;) { $done += syswrite($to, $text, length($text) - $done, $done) // return; }
}

# A small HTTP server: calls answer(path) for each request in a process of its own.
# At SIGTERM it stops listening and ends when the open requests are answered.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use POSIX ();

sub serve {
    my ($answer) = @_;
    my $listener = IO::Socket::INET->new(LocalPort => 3000, Listen => 511, ReuseAddr => 1) or die "listen: $!\n";
    pipe(my $wake_out, my $wake_in) or die "pipe: $!\n";
    $wake_in->autoflush(1);
    my $ending = 0;
    $SIG{TERM} = $SIG{INT} = sub { $ending = 1; print $wake_in "x" };
    $SIG{CHLD} = sub { 1 while waitpid(-1, POSIX::WNOHANG()) > 0 };
    print STDOUT "listening on port 3000\n";
    STDOUT->flush;
    my $select = IO::Select->new($listener, $wake_out);
    until ($ending) {
        for my $ready ($select->can_read) {
            next if $ready == $wake_out;
            my $client = $listener->accept or next;
            my $child = fork;
            if (defined $child && $child == 0) {
                $SIG{TERM} = $SIG{INT} = 'IGNORE';
                respond($client, $answer);
                POSIX::_exit(0);
            }
            close $client;
        }
    }
    close $listener;
    $SIG{CHLD} = 'DEFAULT';
    1 while waitpid(-1, 0) > 0;
}

sub respond {
    my ($client, $answer) = @_;
    alarm 30;
    my $head = '';
    until ($head =~ /\r?\n\r?\n/) {
        return unless sysread($client, $head, 8192, length $head);
        return if length $head > 65536;
    }
    my ($method, $path) = $head =~ m{^(\S+) (\S+)} or return;
    my ($status, $body) = $answer->($path);
    my $length = length $body;
    print $client "HTTP/1.1 $status\r\nContent-Type: text/plain\r\nContent-Length: $length\r\nConnection: close\r\n\r\n",
      $method eq 'HEAD' ? '' : $body;
    close $client;
}

1;

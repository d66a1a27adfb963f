# Counts visits in the redis at $REDIS_HOST:$REDIS_PORT and answers the count.
use strict;
use warnings;
require '/app/server.pl';

my $host = $ENV{REDIS_HOST} // 'redis';
my $port = ($ENV{REDIS_PORT} // '6379') =~ /(\d+)$/ ? $1 : 6379;
serve(sub {
    my ($path) = @_;
    return ('404 Not Found', "not found\n") unless $path =~ m{^/(\?|$)};
    my $redis = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 5)
      or return ('500 Internal Server Error', "redis at $host:$port: $@\n");
    print $redis "INCR count\r\n";
    my $reply = <$redis> // '';
    return $reply =~ /^:(\d+)/ ? ('200 OK', "$1\n") : ('500 Internal Server Error', "redis: $reply\n");
});

# Answers its version and its host's name, so that one sees which pod answered.
use strict;
use warnings;
require '/app/server.pl';

my $hostname = (POSIX::uname())[1];
my $version = $ENV{VERSION} // 'v1';
serve(sub {
    my ($path) = @_;
    return ('404 Not Found', "not found\n") unless $path =~ m{^/(\?|$)};
    return ('200 OK', "$version - $hostname\n");
});

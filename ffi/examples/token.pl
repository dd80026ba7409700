#!/usr/bin/perl
# The program of token.c in Perl, through FFI::Platypus (libffi-platypus-perl):
#
#     perl token.pl

use strict;
use warnings;

use FFI::Platypus 1.00;

my $ffi = FFI::Platypus->new(api => 1, lib => 'libarcidentity.so.0.1');
$ffi->attach(arc_get_token     => ['string', 'opaque*', 'opaque*'] => 'sint32');
$ffi->attach(arc_token_value   => ['opaque', 'opaque']             => 'string');
$ffi->attach(arc_status_name   => ['sint32']                       => 'string');
$ffi->attach(arc_error_message => ['opaque']                       => 'string');
$ffi->attach(arc_error_hint    => ['opaque']                       => 'string');
$ffi->attach($_                => ['opaque']                       => 'void') for qw(arc_token_free arc_error_free);

my $status = arc_get_token('https://vault.azure.net', \my $token, \my $error);

if ($status == 0) {
    # Perl's own copies are not wiped.
    print 'Authorization: Bearer ', arc_token_value($token, undef), "\n";
} else {
    print STDERR arc_status_name($status), ': ', arc_error_message($error), "\n";
    my $hint = arc_error_hint($error);
    print STDERR "hint: $hint\n" if defined $hint;
}
arc_error_free($error);
arc_token_free($token);
exit $status;

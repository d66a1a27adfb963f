#!/bin/sh
# Options alone are redis-server's. Like the official image, it takes connections from other pods without a password.
case ${1-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac
[ "${1-}" = redis-server ] && set -- "$@" --protected-mode no
exec "$@"

#!/bin/sh
# What is not a program is an argument of curl.
case ${1-} in
  -* | *://*) set -- curl "$@" ;;
  *) command -v "${1-}" >/dev/null || set -- curl "$@" ;;
esac
exec "$@"

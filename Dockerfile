# The image of the DaemonSet in deploy/: the executable, and the C library it needs.
#
#   npm run build && docker build --tag plexus:0.1.0 .
FROM debian:12-slim
COPY dist/plexus /usr/local/bin/plexus
ENTRYPOINT ["/usr/local/bin/plexus"]
CMD ["agent"]

# The image of the DaemonSet in deploy/: the executable, the C library it needs, and sleep. What is copied is laid out
# by scripts/stage-image.sh:
#
#   npm run build && sh scripts/stage-image.sh && docker build --tag plexus:0.1.0 .
FROM scratch
COPY dist/image/libraries/ /
COPY dist/image/executable/ /
ENTRYPOINT ["/usr/local/bin/plexus"]
CMD ["agent"]

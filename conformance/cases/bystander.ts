import type { Attachment } from '../bench/attachment.ts'
import { ip } from '../bench/machine.ts'

/** Makes an interface of another network, on the host and in an attachment's sandbox: `bystander0`, `bystander1`. */
export function bystander({ sandbox }: Attachment): void {
  ip('host', 'link', 'add', 'bystander0', 'type', 'veth', 'peer', 'name', 'bystander1', 'netns', sandbox.name)
  for (const [where, name, net] of [
    ['host', 'bystander0', 1],
    [{ sandbox: sandbox.name }, 'bystander1', 2],
  ] as const) {
    ip(where, 'link', 'set', name, 'up')
    ip(where, 'address', 'add', `198.18.${net}.1/24`, 'dev', name)
    ip(where, 'route', 'add', `198.19.${net}.0/24`, 'dev', name)
  }
}

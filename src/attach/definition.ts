/** The annotation of a definition that names the device plugin's resource its attachments take a device of. */
export const RESOURCE_NAME_ANNOTATION = 'k8s.v1.cni.cncf.io/resourceName'

/** The annotation of a definition that decides for it whether it is handed the result so far: `threaded` or `isolated`. */
export const CHAINING_ANNOTATION = 'plexus-cni.io/chaining'

/** What a definition is known by. */
export type DefinitionRef = { readonly namespace: string; readonly name: string }

/** A NetworkAttachmentDefinition (3.2). */
export type Definition = DefinitionRef & {
  readonly annotations: Readonly<Record<string, string>>
  /** `spec.config`; `''` where there is none. */
  readonly config: string
}

/** A definition's name for people, and in the network status: `namespace/name`. */
export function definitionName({ namespace, name }: DefinitionRef): string {
  return `${namespace}/${name}`
}

// DNS-1123 labels (3.3).
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** What is wrong with a definition's name or namespace, in words that follow it; undefined where nothing is. */
export function labelFault(text: string): string | undefined {
  if (LABEL.test(text)) return undefined
  return 'is not a DNS-1123 label: at most 63 of a-z, 0-9 and "-", with a letter or digit at both ends'
}

/** Whether a definition brings its configuration itself, rather than name a file of the node's (3.4.1). */
export function hasConfig({ config }: Definition): boolean {
  return config.trim() !== ''
}

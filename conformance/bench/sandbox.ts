/** A network namespace of a container. */
export type Sandbox = { readonly name: string; readonly path: string }

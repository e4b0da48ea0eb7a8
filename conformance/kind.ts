/** What a plugin is in a chain: it makes the interface, it changes what another made, or it hands out addresses. */
export type Kind = 'main' | 'meta' | 'ipam'

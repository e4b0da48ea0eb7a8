/** The only room that talks to Kubernetes, or stands in for it. */
export { filesSource } from './files-source.ts'
export { type YamlDocument, yamlDocuments } from './yaml-documents.ts'

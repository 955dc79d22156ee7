/** Whether an address is on the page's origin. Node calls the origin of `app://` opaque, so parts are compared. */
export function ownerOf(page: string): (url: string) => boolean {
  const own = new URL(page)
  // The dev server's hot reload comes over a socket on the same host and port.
  const protocols = own.protocol === 'http:' ? ['http:', 'ws:'] : [own.protocol]
  return (url) => {
    let other: URL
    try {
      other = new URL(url)
    } catch {
      return false
    }
    return protocols.includes(other.protocol) && other.host === own.host
  }
}

/** Replaced in index.html for each response; the renderer hands it to Vuetify, whose theme is a <style> element. */
export const noncePlaceholder = '__CSP_NONCE__'

/**
 * The page's content security policy: only what was built, nothing inline but Vuetify's theme with its nonce, nothing
 * from elsewhere.
 * @param nonce fresh for each response, base64
 * @param connect further addresses that the page may talk to (browser mode: its own WebSocket)
 */
export function contentSecurityPolicy(nonce: string, connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Headers of every response, page or not. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

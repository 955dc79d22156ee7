/** Amounts as the command line writes them. */

export const count = (value: number): string => value.toLocaleString('en')
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
export const percent = (share: number): string => `${Math.round(share * 100)} %`

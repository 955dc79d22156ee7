import { onScopeDispose, ref, type Ref } from 'vue'

const shownMs = 2000

/** Copies text and says so for a moment. */
export function useClipboard(): { copy: (text: string) => Promise<void>; copied: Ref<boolean> } {
  const copied = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function copy(text: string): Promise<void> {
    if (!(await write(text))) return
    copied.value = true
    clearTimeout(timer)
    timer = setTimeout(() => {
      copied.value = false
    }, shownMs)
  }

  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return { copy, copied }
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // The desktop window denies every permission, the clipboard's too: the old way needs none.
    const area = document.createElement('textarea')
    area.value = text
    area.setAttribute('aria-hidden', 'true')
    area.className = 'hg-hidden'
    document.body.append(area)
    area.select()
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without a permission
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

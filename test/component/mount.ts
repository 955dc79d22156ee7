// As in the page: before all other styles.
import '../../src-renderer/public/layers.css'
import { createPinia } from 'pinia'
import { createApp, defineComponent, h, reactive, type App, type Component, type ComponentPublicInstance } from 'vue'
import { onTestFinished } from 'vitest'
import { VApp } from 'vuetify/components'
import { createDesign } from '../../src-renderer/plugins/vuetify'
import { createAppRouter } from '../../src-renderer/router'
import '../../src-renderer/styles/base.css'
import { i18n } from '../../src-renderer/text/i18n'

type Props = Record<string, unknown>

interface Shown {
  readonly props: Props
  readonly emitted: Record<string, unknown[]>
  readonly renderedAgain: Node[]
}

/** As main.ts does it: design, texts, screens, and stores of its own. */
export const dressed = (component: Component): App =>
  createApp(component).use(createPinia()).use(i18n).use(createDesign('')).use(createAppRouter())

/**
 * Shows a component in the page of the test, dressed as in the product; gone when the test ends.
 * `update:NAME` of a model is written back into the props, as a parent would.
 * @returns props that can be changed, what was emitted, by name, and the nodes of the components that have rendered again
 */
export function show(component: Component, given: Props = {}): Shown {
  const props = reactive({ ...given })
  const emitted: Record<string, unknown[]> = {}
  const listener = (name: string) => (value: unknown) => {
    ;(emitted[name] ??= []).push(value)
    if (name.startsWith('update:')) props[name.slice('update:'.length)] = value
  }
  const names = (component as { emits?: readonly string[] | Props }).emits ?? []
  const listeners = Object.fromEntries(
    (Array.isArray(names) ? (names as string[]) : Object.keys(names)).map((name) => [
      `on${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      listener(name),
    ]),
  )
  const root = document.createElement('div')
  document.body.append(root)
  const Host = defineComponent({ render: () => h(VApp, () => h(component, { ...props, ...listeners })) })
  const app = dressed(Host)
  const renderedAgain: Node[] = []
  app.mixin({
    updated(this: ComponentPublicInstance) {
      renderedAgain.push(this.$el as Node)
    },
  })
  app.mount(root)
  onTestFinished(() => {
    app.unmount()
    root.remove()
  })
  return { props, emitted, renderedAgain }
}

import { expect, it } from 'vitest'
import { startFailure } from '../../../src-main/shell/start-failure'
import { texts } from '../../../src-main/shell/text'

const withCode = (code: string): Error => Object.assign(new Error(`${code}: what the system says`), { code })

it.each([
  ['EACCES', 'permission', '没有权限'],
  ['EROFS', 'read-only', '只读'],
  ['ENOSPC', 'The disk is full', '磁盘已满'],
  ['ENOTDIR', 'There is a file where', '有一个文件'],
  ['ENOENT', 'is missing', '缺少'],
  ['EADDRINUSE', 'Another program', '其他程序'],
  ['EWHATEVER', 'can’t use its data folder', '无法使用数据文件夹'],
])('%s is said in the language of the person, with what the system says below', (code, english, chinese) => {
  const [sentence, none, reason] = startFailure(withCode(code), texts.en).split('\n')
  expect(sentence).toContain(english)
  expect([none, reason]).toEqual(['', `${code}: what the system says`])
  expect(startFailure(withCode(code), texts['zh-CN']).split('\n')[0]).toContain(chinese)
})

it('takes what is no error', () => {
  expect(startFailure('something', texts.en)).toBe(`${texts.en.startReasons.other}\n\nsomething`)
})

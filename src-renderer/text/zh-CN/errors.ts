import type { errors as source } from '../en/errors'

export const errors: typeof source = {
  'input.invalid': { title: '有些数值无效', body: '没有做任何更改。请检查后重试。' },
  'corpus.emptyFile': { title: '这个文件是空的', body: '里面没有可以学习的内容。请选择有文字的文件。' },
  'corpus.binaryFile': {
    title: '这不是文本文件',
    body: '里面是图片、声音或程序之类的二进制数据。请添加包含文字的文件。',
  },
  'corpus.unreadable': {
    title: '无法读取这个文件',
    body: '文件可能已被移动，或者当前账户没有权限打开。请先确认其他程序能打开它，再重新添加。',
  },
  'corpus.unsupported': {
    title: '这是 {format} 格式的文件',
    body: 'Homegrown 暂时无法读取 {format}。请用原来的程序打开它，另存为纯文本（.txt），再添加另存的文件。',
  },
  'corpus.archive': { title: '这是 {format} 压缩包', body: '请先解压，再添加里面的文件夹或文件。' },
  'corpus.hidden': { title: '这是隐藏文件或系统文件', body: '导入文件夹时会跳过这类文件。如果需要它，请单独添加。' },
  'corpus.link': { title: '这是指向别处的链接', body: '导入文件夹时不会跟随链接。请直接添加它指向的文件。' },
  'corpus.notFile': { title: '这不是普通文件', body: '管道、套接字和设备无法导入。请把文字保存成文件再添加。' },
  'corpus.tooLarge': { title: '内容太多，无法一次导入', body: '请拆分成较小的文件，或者减少一次添加的文件数量。' },
  'corpus.noText': {
    title: '没有找到可用的文字',
    body: '所有文件都被跳过了。文件列表里写明了原因；请处理后重新导入。',
  },
  'config.outOfRange': { title: '必须在 {min} 到 {max} 之间', body: '请输入范围内的数值。' },
  'config.notAnOption': { title: '没有“{value}”这个选项', body: '可选：{options}。' },
  'config.textTooLong': { title: '文字太长', body: '最多 {max} 个字符。' },
  'config.widthNotInSteps': { title: '宽度必须是 {step} 的倍数', body: '这种模型以每 {step} 个数为一块保存。' },
  'config.headsDoNotDivide': {
    title: '宽度必须能被注意力头数整除',
    body: '请选择一个能整除宽度的头数。',
  },
  'config.accumulationDoesNotDivide': {
    title: '批大小必须能被梯度累积步数整除',
    body: '请选择一个能整除批大小 {batchSize} 的数。',
  },
  'config.vocabTooLarge': { title: '词表对这份文本来说太大', body: '请使用较小的词表，或添加更多文本。' },
  'config.contextTooLong': {
    title: '上下文长度超过了文本允许的范围',
    body: '十分之一的文本会留作验证，其中至少要容纳一个上下文。请缩短上下文长度，或添加更多文本。',
  },
  'config.tooLittleText': {
    title: '文本太短，无法训练',
    body: '目前只有 {words} 个词。请添加更多文本：至少约 {least} 个词；想学到有用的东西，需要几千个词。',
  },
  'config.tooLargeForMemory': {
    title: '约需 {neededGb} GB 内存，可用 {freeGb} GB',
    body: '请关闭其他应用，或选择更小的模型。',
  },
  'config.warmupTooLong': { title: '预热比训练还长', body: '请减少预热步数，或者增加训练步数。' },
  'config.learningRateOrder': {
    title: '最终学习率不能高于学习率',
    body: '请降低最终学习率，或者提高学习率。',
  },
  'config.unknownField': { title: '没有这个设置', body: '无法识别这个设置名称，请检查拼写。' },
  'corpus.notFound': {
    title: '这份文本已经不在了',
    body: '它已被删除，可能是在另一个窗口中。请选择其他文本，或者重新导入。',
  },
  'corpus.notReady': { title: '这份文本还没有准备好', body: '请等待导入完成。如果导入失败，请打开文本查看原因。' },
  'run.notFound': { title: '这个模型已经不在了', body: '它已被删除，可能是在另一个窗口中。历史页面列出了现有的模型。' },
  'run.ambiguous': { title: '有多个模型符合这个名称', body: '请使用完整的名称，或者更长的编号。' },
  'run.active': { title: '这个模型正在训练', body: '请先停止训练，然后重试。' },
  'run.notActive': { title: '这个模型现在没有在训练', body: '训练已经结束或被停止。它的页面会显示进行到了哪里。' },
  'run.notResumable': {
    title: '这次训练无法继续',
    body: '它已经完成。可以继续训练更久，或用同样的设置训练新模型。',
  },
  'run.textMissing': {
    title: '这个模型的训练文本已被删除',
    body: '要继续训练，请重新导入原来的文件（文本名为“{name}”）。已保存的模型仍然可以使用。',
  },
  'run.textDiffers': {
    title: '这个模型的训练文本已经改变',
    body: '“{name}”得到的词元与这个模型学过的不同，无法用它继续训练。请重新导入原来的文件，然后继续。已保存的模型仍然可以使用。',
  },
  'run.tokensDamaged': {
    title: '这个模型的词元文件已损坏',
    body: '文本“{name}”已被删除，无法重新生成词元。请重新导入原来的文件，然后继续。已保存的模型仍然可以使用。',
  },
  'run.notExtendable': {
    title: '这次训练中断了',
    body: '它没有到最后一步就结束了。请先继续，完成后再训练更久。',
  },
  'run.earlierVersion': {
    title: '这个模型由旧版本制作',
    body: '新版本不再支持这种架构。你仍然可以查看、删除它，或复制它的设置来训练新模型。',
  },
  'run.noCheckpoint': { title: '还没有保存过', body: '训练几分钟后或停止训练时会第一次保存，请稍后再试。' },
  'run.tooLargeForMemory': {
    title: '继续训练约需 {neededGb} GB 内存，可用 {freeGb} GB',
    body: '已保存的进度是安全的。请关闭其他应用，然后继续。',
  },
  'run.fitsWithLess': {
    title: '继续训练约需 {neededGb} GB 内存，可用 {freeGb} GB',
    body: '请关闭其他应用，或用约 {lessGb} GB 继续：结果相同，速度较慢。',
  },
  'checkpoint.missing': {
    title: '找不到保存的模型',
    body: '数据文件夹里已经没有这些文件。请选择这个模型的其他版本，或重新训练。',
  },
  'checkpoint.damaged': {
    title: '保存的模型已损坏',
    body: '文件与写入时不一致，因此不会使用。请选择这个模型的其他版本，或重新训练。',
  },
  'tokenizer.damaged': { title: '这个模型的词表已损坏', body: '没有词表就无法转换文本。请重新训练模型。' },
  'tokens.damaged': {
    title: '磁盘上的内容与保存的不同',
    body: '文件 {file} 重新生成后仍然是损坏的。请检查磁盘，或把数据文件夹移到另一个磁盘，然后继续。已保存的模型是安全的。',
  },
  'conversation.notFound': { title: '这一页已经不在了', body: '它已被删除，可能是在另一个窗口中。请新建一页。' },
  'conversation.modelDeleted': {
    title: '这一页的模型已被删除',
    body: '可以从回收站恢复它，或者换一个模型继续。',
  },
  'generation.busy': { title: '模型还在写', body: '请等它写完，或者先停止，然后重试。' },
  'upload.notFound': { title: '上传的文件已经不在了', body: '上传之后 Homegrown 重新启动过。请重新添加文件。' },
  'engine.damaged': {
    title: '快速引擎不完整',
    body: '文件 {file} 缺失或被改动，因此没有使用这个引擎。请在设置中重新安装；在此期间 Homegrown 仍可使用，只是较慢。',
  },
  'gpu.noDriver': {
    title: '没有可用的 NVIDIA 显卡',
    body: '这台电脑没有 NVIDIA 驱动程序，或者驱动程序没有找到显卡。Homegrown 会使用次优的引擎。',
  },
  'gpu.driverTooOld': {
    title: 'NVIDIA 驱动程序太旧',
    body: '它对应 CUDA {found}，至少需要 {needed}。请更新驱动程序；在此之前，Homegrown 会使用次优的引擎。',
  },
  'gpu.tooOld': {
    title: '显卡太旧，无法使用这个引擎',
    body: '{name} 的计算能力是 {found}，至少需要 {needed}。Homegrown 会使用次优的引擎。',
  },
  'gpu.tooSmall': {
    title: '显存太小',
    body: '{name} 有 {foundGb} GB 显存，至少需要 {neededGb} GB。Homegrown 会使用次优的引擎。',
  },
  'install.unsupported': {
    title: '这类电脑还没有快速引擎',
    body: '目前只有适用于 Linux x64 的版本，而这台电脑是 {platform}。Homegrown 会继续使用内置引擎。',
  },
  'install.noPip': {
    title: '这台电脑上没有 Python 的 pip',
    body: '下载引擎需要它。请安装 Python 3 和 pip 后重试，或者从别的电脑带来文件 {wanted}，在这里选择。',
  },
  'install.busy': { title: '正在安装引擎', body: '请等它安装完，或者先取消。' },
  'install.wrongFile': {
    title: '文件不对',
    body: 'Homegrown 只接受内容完全一致的文件，而 {name} 不符。需要的文件是 {wanted}。',
  },
  'install.noNetwork': {
    title: '连不上软件包索引',
    body: '没有做任何更改，已完整下载的文件会保留。请检查网络后重试，或者从别的电脑带来文件。',
  },
  'install.damagedDownload': {
    title: '下载的内容与预期不符',
    body: '下载的内容已丢弃，没有做任何更改。请重试；如果再次出现，说明传输途中有程序改动了下载内容。',
  },
  'install.failed': {
    title: '引擎安装失败',
    body: '没有做任何更改。请重试，或者从别的电脑带来文件。“复制详情”里有报告的原因。',
  },
  'install.noSpace': {
    title: '空间不足，无法安装引擎',
    body: '需要 {neededGb} GB，现有 {freeGb} GB。请清理一些空间，然后重试。',
  },
  'install.readOnly': {
    title: '无法写入引擎文件夹',
    body: '当前账户没有权限写入 {folder}。请修改该文件夹的权限，然后重试。',
  },
  'database.newer': {
    title: '这些数据来自更新版本的 Homegrown',
    body: '没有做任何更改。请更新 Homegrown，或打开另一个数据文件夹。',
  },
  'database.damaged': {
    title: '文本和模型的列表已损坏',
    body: '无法读取 {file}，也没有完好的副本。文本和模型仍在各自的文件夹里。移走这个文件后，可以从空列表重新开始。',
  },
  'database.restorable': {
    title: '文本和模型的列表已损坏',
    body: '无法读取 {file}。有一份 {takenAt} 的完好副本（{copy}），恢复后即可继续；此后添加的内容仍在各自的文件夹里，但不再列出。',
  },
  'profile.notFolder': {
    title: '数据文件夹不是文件夹',
    body: '{folder} 是一个文件，或位于某个文件之内。请把 HOMEGROWN_PROFILE 设为一个文件夹，再重新启动 Homegrown。',
  },
  'profile.notWritable': {
    title: '数据文件夹无法写入',
    body: '{folder} 没有写入权限（{reason}）。请修改权限，或把 HOMEGROWN_PROFILE 设为其他文件夹，然后重试。',
  },
  'profile.readOnly': {
    title: '这个数据文件夹是只读的',
    body: '可以查看全部内容，也可以生成文本，但不能做任何修改。请把文件夹改为可写，再重新启动 Homegrown。',
  },
  'program.oldNode': {
    title: 'Node.js 版本太旧',
    body: 'Homegrown 需要 Node.js {needed} 或更新的版本，现在是 {found}。请更新后重新启动 Homegrown。',
  },
  'program.incomplete': {
    title: 'Homegrown 缺少组件',
    body: '无法加载：{detail}。请重新安装 Homegrown。文本和模型不受影响。',
  },
  'program.notStarting': {
    title: 'Homegrown 无法启动',
    body: '后台进程一启动就退出了：{detail}。Homegrown 会继续尝试。文本和模型不受影响。',
  },
  'port.invalid': { title: '端口无效', body: '{port} 不是有效端口，请使用 0 到 65535 之间的数字。' },
  'port.taken': { title: '端口已被占用', body: '端口 {port} 正被其他程序使用。请关闭该程序，或换一个端口。' },
  'port.notAllowed': { title: '当前账户不能使用这个端口', body: '请换一个大于 1023 的端口，不要用 {port}。' },
  'access.denied': {
    title: '这里不允许这样做',
    body: '在浏览器里请用上传的方式添加文件，不能指定路径。',
  },
  'access.noKey': {
    title: '这个标签页缺少密钥',
    body: '文本和模型都安然无恙。Homegrown 只响应带有密钥的标签页，而这个地址没有带密钥。',
  },
  'access.wrongKey': {
    title: '这个标签页的密钥已失效',
    body: '文本和模型都安然无恙。Homegrown 正在运行，但密钥已经不是这个标签页里的那一个。',
  },
  'method.unknown': { title: '这个页面与 Homegrown 不匹配', body: '两者的版本不同。请重新载入页面。' },
  cancelled: { title: '已取消', body: '没有做任何更改。' },
  'disk.full': { title: '磁盘已满', body: '之前保存的内容是安全的。请清理一些空间，然后继续。' },
  'memory.exhausted': {
    title: '内存不足',
    body: '可用内存装不下这个模型。请关闭其他应用，选择更小的模型，或减小批大小。',
  },
  'engine.unavailable': {
    title: '没有安装这个引擎',
    body: '可以在设置中安装。在此之前，“自动”会使用次优的引擎。',
  },
  'engine.failed': {
    title: '引擎报告了错误',
    body: '训练已停止，最近一次保存是安全的。请重试；如果再次出现，请选择内置引擎。',
  },
  'engine.notLoadable': {
    title: '无法加载引擎',
    body: '{folder} 中的文件已损坏，或者不适用于这个系统。请在设置中重新安装；在此之前，“自动”会使用次优的引擎。',
  },
  'engine.tooOld': {
    title: '引擎版本太旧',
    body: '{folder} 中的是 TensorFlow {found}，至少需要 {needed}。请在设置中安装新版本；在此之前，“自动”会使用次优的引擎。',
  },
  'engine.crashed': {
    title: '引擎在试运行时崩溃',
    body: '它以 {signal} 结束，因此不会使用。请重新安装引擎或更新显卡驱动程序，然后在设置中重新测速。',
  },
  'engine.noAnswer': {
    title: '引擎没有响应',
    body: '{seconds} 秒内没有任何结果，因此不会使用。请在电脑不太忙时，在设置中重新测速。',
  },
  'engine.computing': {
    title: '这台电脑正在训练',
    body: '现在测速结果不准，训练也会变慢。请在训练结束或暂停后再测。',
  },
  'engine.unknownName': {
    title: 'HOMEGROWN_ENGINE 指定的引擎不存在',
    body: '已忽略“{name}”。可用的值：{names}；也可以删除这个变量。',
  },
  'engine.ownNotUsed': {
    title: 'HOMEGROWN_TENSORFLOW_DIR 里没有可用的 TensorFlow',
    body: '已忽略 {folder}。请检查这个文件夹，或删除这个变量。',
  },
  'engine.notKept': {
    title: '无法写入缓存文件夹',
    body: '为这次训练编译的内容需要写入该文件夹。请清理一些空间，然后继续。',
  },
  'gpu.none': {
    title: '没有可用的显卡',
    body: '系统没有提供可用于计算的显卡。如果电脑装有显卡，安装它的驱动程序可能会有帮助；在此之前由处理器计算。',
  },
  'gpu.software': {
    title: '没有真正的显卡',
    body: '只有用软件模拟显卡的 {name}。直接用处理器更快，因此不会使用它。如果电脑装有显卡，安装它的驱动程序可能会有帮助。',
  },
  'training.diverged': {
    title: '训练发散',
    body: '损失不断爆炸。继续训练会从上次存档开始，学习率降到三分之一。如果再次发散，请用更低的学习率重新开始，或检查文本中是否有异常内容。',
  },
  'job.silent': {
    title: '任务停止响应',
    body: '任务连续 {seconds} 秒没有任何响应，Homegrown 已将它结束。此前保存的内容都在。请继续训练，或重试。',
  },
  'job.killed': {
    title: '训练被外部中止',
    body: '系统或其他程序结束了它，通常是因为内存不足。最近保存的进度是安全的，可以从那里继续。',
  },
  'backend.lost': {
    title: 'Homegrown 没有响应',
    body: '后台程序已停止，正在重新启动。已保存的内容是安全的，请稍后重试。',
  },
  internal: { title: 'Homegrown 内部出错', body: '这本不该发生。请重试；如果再次出现，请复制详情并反馈给我们。' },
  'internal.notLogged': {
    title: 'Homegrown 内部出错',
    body: '请重试。详细信息未能写入日志：请检查磁盘空间，以及数据文件夹是否可写。',
  },
}

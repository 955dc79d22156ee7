import { existsSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'
import { AppError } from '../../../../src-preload/contract/errors'

// A call runs on a stack of koffi's, of 128 kB on other threads: XLA's compiler for graphics cards overflows that and the
// process ends. This is what a thread has by default on Linux.
const stackBytes = 8 * 1024 ** 2
koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes })

/** A pointer that only the C API looks into. */
export interface Pointer<Name extends string> {
  readonly pointerTo: Name
}
export type Status = Pointer<'TF_Status'>
export type NativeTensor = Pointer<'TF_Tensor'>
export type Graph = Pointer<'TF_Graph'>
export type Operation = Pointer<'TF_Operation'>
export type OperationDescription = Pointer<'TF_OperationDescription'>
export type NativeFunction = Pointer<'TF_Function'>
export type Context = Pointer<'TFE_Context'>
type ContextOptions = Pointer<'TFE_ContextOptions'>
export type EagerOp = Pointer<'TFE_Op'>
export type TensorHandle = Pointer<'TFE_TensorHandle'>

/** TF_Output: one output of a graph node. */
export interface Output {
  readonly oper: Operation
  readonly index: number
}

type Execute = ((op: EagerOp, outputs: (TensorHandle | null)[], count: [number], status: Status) => void) & {
  /** The same call on a thread of its own. */
  async: (
    op: EagerOp,
    outputs: (TensorHandle | null)[],
    count: [number],
    status: Status,
    done: (error: unknown) => void,
  ) => void
}

/** What is used of tensorflow/c/c_api.h and tensorflow/c/eager/c_api.h. */
export interface CApi {
  TF_Version(): string
  TF_NewStatus(): Status
  TF_DeleteStatus(status: Status): void
  TF_GetCode(status: Status): number
  TF_Message(status: Status): string
  TF_AllocateTensor(dtype: number, dims: BigInt64Array, numDims: number, sizeBytes: number): NativeTensor
  TF_DeleteTensor(tensor: NativeTensor): void
  TF_TensorData(tensor: NativeTensor): Pointer<'data'>
  TF_TensorByteSize(tensor: NativeTensor): number | bigint
  TFE_NewContextOptions(): ContextOptions
  TFE_DeleteContextOptions(options: ContextOptions): void
  TFE_NewContext(options: ContextOptions, status: Status): Context
  TFE_ContextListDevices(context: Context, status: Status): Pointer<'TF_DeviceList'>
  TF_DeviceListCount(list: Pointer<'TF_DeviceList'>): number
  TF_DeviceListType(list: Pointer<'TF_DeviceList'>, index: number, status: Status): string
  TF_DeleteDeviceList(list: Pointer<'TF_DeviceList'>): void
  TFE_NewOp(context: Context, name: string, status: Status): EagerOp
  TFE_DeleteOp(op: EagerOp): void
  TFE_OpAddInput(op: EagerOp, handle: TensorHandle, status: Status): void
  TFE_OpSetAttrType(op: EagerOp, name: string, dtype: number): void
  TFE_OpSetAttrInt(op: EagerOp, name: string, value: number): void
  TFE_OpSetAttrIntList(op: EagerOp, name: string, values: BigInt64Array, count: number): void
  TFE_OpSetAttrFloat(op: EagerOp, name: string, value: number): void
  TFE_OpSetAttrBool(op: EagerOp, name: string, value: number): void
  TFE_OpSetAttrString(op: EagerOp, name: string, value: string, sizeBytes: number): void
  TFE_OpSetAttrShape(op: EagerOp, name: string, dims: BigInt64Array, count: number, status: Status): void
  TFE_Execute: Execute
  TFE_NewTensorHandle(tensor: NativeTensor, status: Status): TensorHandle
  TFE_DeleteTensorHandle(handle: TensorHandle): void
  TFE_TensorHandleDataType(handle: TensorHandle): number
  TFE_TensorHandleNumDims(handle: TensorHandle, status: Status): number
  TFE_TensorHandleDim(handle: TensorHandle, index: number, status: Status): number | bigint
  TFE_TensorHandleResolve(handle: TensorHandle, status: Status): NativeTensor
  TFE_ContextAddFunction(context: Context, fn: NativeFunction, status: Status): void
  TFE_ContextRemoveFunction(context: Context, name: string, status: Status): void
  TF_NewGraph(): Graph
  TF_DeleteGraph(graph: Graph): void
  TF_NewOperation(graph: Graph, type: string, name: string): OperationDescription
  TF_AddInput(description: OperationDescription, input: Output): void
  TF_AddInputList(description: OperationDescription, inputs: readonly Output[], count: number): void
  TF_AddControlInput(description: OperationDescription, input: Operation): void
  TF_SetAttrType(description: OperationDescription, name: string, dtype: number): void
  TF_SetAttrInt(description: OperationDescription, name: string, value: number): void
  TF_SetAttrIntList(description: OperationDescription, name: string, values: BigInt64Array, count: number): void
  TF_SetAttrFloat(description: OperationDescription, name: string, value: number): void
  TF_SetAttrBool(description: OperationDescription, name: string, value: number): void
  TF_SetAttrString(description: OperationDescription, name: string, value: string, sizeBytes: number): void
  TF_SetAttrShape(description: OperationDescription, name: string, dims: BigInt64Array, count: number): void
  TF_SetAttrFuncName(description: OperationDescription, name: string, value: string, sizeBytes: number): void
  TF_SetAttrShapeList(
    description: OperationDescription,
    name: string,
    dims: readonly BigInt64Array[],
    ranks: Int32Array,
    count: number,
  ): void
  TF_SetAttrTypeList(description: OperationDescription, name: string, dtypes: Int32Array, count: number): void
  TF_GraphCopyFunction(graph: Graph, fn: NativeFunction, gradient: null, status: Status): void
  TF_SetAttrTensor(description: OperationDescription, name: string, value: NativeTensor, status: Status): void
  TF_FinishOperation(description: OperationDescription, status: Status): Operation
  TF_OperationOutputType(output: Output): number
  TF_GraphSetTensorShape(graph: Graph, output: Output, dims: BigInt64Array, count: number, status: Status): void
  TF_GraphGetTensorNumDims(graph: Graph, output: Output, status: Status): number
  TF_GraphGetTensorShape(graph: Graph, output: Output, dims: (number | bigint)[], count: number, status: Status): void
  TF_GraphToFunction(
    graph: Graph,
    name: string,
    appendHash: number,
    numOpers: number,
    opers: null,
    numInputs: number,
    inputs: readonly Output[],
    numOutputs: number,
    outputs: readonly Output[],
    outputNames: null,
    options: null,
    description: null,
    status: Status,
  ): NativeFunction
  TF_FunctionSetAttrValueProto(
    fn: NativeFunction,
    name: string,
    proto: Uint8Array,
    sizeBytes: number,
    status: Status,
  ): void
  TF_DeleteFunction(fn: NativeFunction): void
}

const pointers = [
  'TF_Status',
  'TF_Tensor',
  'TF_Graph',
  'TF_Operation',
  'TF_OperationDescription',
  'TF_Function',
  'TFE_Context',
  'TFE_ContextOptions',
  'TFE_Op',
  'TFE_TensorHandle',
  'TF_DeviceList',
]

const declarations: Record<keyof CApi, string> = {
  TF_Version: 'const char* TF_Version()',
  TF_NewStatus: 'TF_Status* TF_NewStatus()',
  TF_DeleteStatus: 'void TF_DeleteStatus(TF_Status*)',
  TF_GetCode: 'int TF_GetCode(TF_Status*)',
  TF_Message: 'const char* TF_Message(TF_Status*)',
  TF_AllocateTensor: 'TF_Tensor* TF_AllocateTensor(int, const int64_t*, int, size_t)',
  TF_DeleteTensor: 'void TF_DeleteTensor(TF_Tensor*)',
  TF_TensorData: 'void* TF_TensorData(TF_Tensor*)',
  TF_TensorByteSize: 'size_t TF_TensorByteSize(TF_Tensor*)',
  TFE_NewContextOptions: 'TFE_ContextOptions* TFE_NewContextOptions()',
  TFE_DeleteContextOptions: 'void TFE_DeleteContextOptions(TFE_ContextOptions*)',
  TFE_NewContext: 'TFE_Context* TFE_NewContext(TFE_ContextOptions*, TF_Status*)',
  TFE_ContextListDevices: 'TF_DeviceList* TFE_ContextListDevices(TFE_Context*, TF_Status*)',
  TF_DeviceListCount: 'int TF_DeviceListCount(TF_DeviceList*)',
  TF_DeviceListType: 'const char* TF_DeviceListType(TF_DeviceList*, int, TF_Status*)',
  TF_DeleteDeviceList: 'void TF_DeleteDeviceList(TF_DeviceList*)',
  TFE_NewOp: 'TFE_Op* TFE_NewOp(TFE_Context*, const char*, TF_Status*)',
  TFE_DeleteOp: 'void TFE_DeleteOp(TFE_Op*)',
  TFE_OpAddInput: 'void TFE_OpAddInput(TFE_Op*, TFE_TensorHandle*, TF_Status*)',
  TFE_OpSetAttrType: 'void TFE_OpSetAttrType(TFE_Op*, const char*, int)',
  TFE_OpSetAttrInt: 'void TFE_OpSetAttrInt(TFE_Op*, const char*, int64_t)',
  TFE_OpSetAttrIntList: 'void TFE_OpSetAttrIntList(TFE_Op*, const char*, const int64_t*, int)',
  TFE_OpSetAttrFloat: 'void TFE_OpSetAttrFloat(TFE_Op*, const char*, float)',
  TFE_OpSetAttrBool: 'void TFE_OpSetAttrBool(TFE_Op*, const char*, uchar)',
  TFE_OpSetAttrString: 'void TFE_OpSetAttrString(TFE_Op*, const char*, const char*, size_t)',
  TFE_OpSetAttrShape: 'void TFE_OpSetAttrShape(TFE_Op*, const char*, const int64_t*, int, TF_Status*)',
  TFE_Execute: 'void TFE_Execute(TFE_Op*, _Out_ TFE_TensorHandle**, _Inout_ int*, TF_Status*)',
  TFE_NewTensorHandle: 'TFE_TensorHandle* TFE_NewTensorHandle(TF_Tensor*, TF_Status*)',
  TFE_DeleteTensorHandle: 'void TFE_DeleteTensorHandle(TFE_TensorHandle*)',
  TFE_TensorHandleDataType: 'int TFE_TensorHandleDataType(TFE_TensorHandle*)',
  TFE_TensorHandleNumDims: 'int TFE_TensorHandleNumDims(TFE_TensorHandle*, TF_Status*)',
  TFE_TensorHandleDim: 'int64_t TFE_TensorHandleDim(TFE_TensorHandle*, int, TF_Status*)',
  TFE_TensorHandleResolve: 'TF_Tensor* TFE_TensorHandleResolve(TFE_TensorHandle*, TF_Status*)',
  TFE_ContextAddFunction: 'void TFE_ContextAddFunction(TFE_Context*, TF_Function*, TF_Status*)',
  TFE_ContextRemoveFunction: 'void TFE_ContextRemoveFunction(TFE_Context*, const char*, TF_Status*)',
  TF_NewGraph: 'TF_Graph* TF_NewGraph()',
  TF_DeleteGraph: 'void TF_DeleteGraph(TF_Graph*)',
  TF_NewOperation: 'TF_OperationDescription* TF_NewOperation(TF_Graph*, const char*, const char*)',
  TF_AddInput: 'void TF_AddInput(TF_OperationDescription*, TF_Output)',
  TF_AddInputList: 'void TF_AddInputList(TF_OperationDescription*, const TF_Output*, int)',
  TF_AddControlInput: 'void TF_AddControlInput(TF_OperationDescription*, TF_Operation*)',
  TF_SetAttrType: 'void TF_SetAttrType(TF_OperationDescription*, const char*, int)',
  TF_SetAttrInt: 'void TF_SetAttrInt(TF_OperationDescription*, const char*, int64_t)',
  TF_SetAttrIntList: 'void TF_SetAttrIntList(TF_OperationDescription*, const char*, const int64_t*, int)',
  TF_SetAttrFloat: 'void TF_SetAttrFloat(TF_OperationDescription*, const char*, float)',
  TF_SetAttrBool: 'void TF_SetAttrBool(TF_OperationDescription*, const char*, uchar)',
  TF_SetAttrString: 'void TF_SetAttrString(TF_OperationDescription*, const char*, const char*, size_t)',
  TF_SetAttrShape: 'void TF_SetAttrShape(TF_OperationDescription*, const char*, const int64_t*, int)',
  TF_SetAttrFuncName: 'void TF_SetAttrFuncName(TF_OperationDescription*, const char*, const char*, size_t)',
  TF_SetAttrShapeList:
    'void TF_SetAttrShapeList(TF_OperationDescription*, const char*, const int64_t**, const int*, int)',
  TF_SetAttrTypeList: 'void TF_SetAttrTypeList(TF_OperationDescription*, const char*, const int*, int)',
  TF_GraphCopyFunction: 'void TF_GraphCopyFunction(TF_Graph*, TF_Function*, void*, TF_Status*)',
  TF_SetAttrTensor: 'void TF_SetAttrTensor(TF_OperationDescription*, const char*, TF_Tensor*, TF_Status*)',
  TF_FinishOperation: 'TF_Operation* TF_FinishOperation(TF_OperationDescription*, TF_Status*)',
  TF_OperationOutputType: 'int TF_OperationOutputType(TF_Output)',
  TF_GraphSetTensorShape: 'void TF_GraphSetTensorShape(TF_Graph*, TF_Output, const int64_t*, int, TF_Status*)',
  TF_GraphGetTensorNumDims: 'int TF_GraphGetTensorNumDims(TF_Graph*, TF_Output, TF_Status*)',
  TF_GraphGetTensorShape: 'void TF_GraphGetTensorShape(TF_Graph*, TF_Output, _Out_ int64_t*, int, TF_Status*)',
  TF_GraphToFunction:
    'TF_Function* TF_GraphToFunction(TF_Graph*, const char*, uchar, int, void**, int, const TF_Output*, int, const TF_Output*, void*, void*, const char*, TF_Status*)',
  TF_FunctionSetAttrValueProto:
    'void TF_FunctionSetAttrValueProto(TF_Function*, const char*, const void*, size_t, TF_Status*)',
  TF_DeleteFunction: 'void TF_DeleteFunction(TF_Function*)',
}

/** Pip wheels call the library libtensorflow_cc, the official archives libtensorflow; both export the C API. */
const libraryNames: Partial<Record<NodeJS.Platform, { framework: string | null; main: readonly string[] }>> = {
  linux: { framework: 'libtensorflow_framework.so.2', main: ['libtensorflow_cc.so.2', 'libtensorflow.so.2'] },
  darwin: { framework: 'libtensorflow_framework.2.dylib', main: ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib'] },
  win32: { framework: null, main: ['tensorflow_cc.dll', 'tensorflow.dll'] },
}

/** TF_FunctionSetAttrValueProto and stable eager functions are older; 2.9 is what TensorFlow.js's kernels were made for. */
const oldestVersion = [2, 9] as const

let typesDeclared = false

/** koffi's type names are global in a process: declare them once. */
function declareTypes(): void {
  if (typesDeclared) return
  for (const name of pointers) koffi.opaque(name)
  koffi.struct('TF_Output', { oper: 'TF_Operation*', index: 'int' })
  typesDeclared = true
}

/** Whether `dir` holds a libtensorflow at all; loading it may still fail. */
export function hasLibrary(dir: string): boolean {
  return mainLibrary(dir) !== null
}

/** Path of the library in `dir`; null where there is none. */
export function mainLibrary(dir: string): string | null {
  const names = libraryNames[process.platform]?.main ?? []
  return names.map((name) => join(dir, name)).find((path) => existsSync(path)) ?? null
}

/**
 * Loads libtensorflow from a folder. A loaded library stays for the life of the process.
 * @throws `engine.unavailable`, `engine.notLoadable` {folder, detail}, `engine.tooOld` {folder, found, needed}
 */
export function loadCApi(dir: string): CApi {
  const main = mainLibrary(dir)
  if (main === null) throw new AppError('engine.unavailable', { reason: 'missing', detail: dir })
  declareTypes()
  let api: CApi
  try {
    const framework = libraryNames[process.platform]?.framework
    // The main library finds the framework's symbols only when that one was loaded globally before it.
    if (framework && existsSync(join(dir, framework))) koffi.load(join(dir, framework), { global: true })
    const library = koffi.load(main, { global: true })
    const functions = Object.entries(declarations).map(([name, declaration]) => [name, library.func(declaration)])
    api = Object.fromEntries(functions) as CApi
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new AppError('engine.notLoadable', { folder: dir, detail }, error)
  }
  const version = api.TF_Version()
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])) {
    throw new AppError('engine.tooOld', { folder: dir, found: version, needed: oldestVersion.join('.') })
  }
  return api
}

/** A view onto memory that the library owns; must not outlive it. */
export function viewOf(pointer: Pointer<'data'>, sizeBytes: number): Uint8Array {
  return new Uint8Array(koffi.view(pointer, sizeBytes))
}

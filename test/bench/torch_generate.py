"""PyTorch's side of the generation benchmark: the same GPT with random weights, talking token by token.

Reads JSON lines: first {nLayer, nHead, nEmbd, blockSize, vocabSize, threads}, then {style, prompt, tokens}; answers each
with a JSON line. Styles, all eager float32 with scaled_dot_product_attention and greedy choice:
"cached": the bare loop of Hugging Face's generate, keys and values joined to a cache by torch.cat, one token a pass.
"transformers": Hugging Face's generate itself, GPT-2 of the same size; the answer is null where it is not installed.
"recomputed": as nanoGPT's generate does it, the whole window anew for every token.
"""

import json
import sys
import time

import torch

from torch_gpt import Gpt


def cached(model, ids, tokens, block_size):
    x, caches = ids, [[] for _ in model.blocks]
    for _ in range(tokens):
        x = torch.argmax(model(x, caches, last=True), dim=-1, keepdim=True)
        yield x.item()


def recomputed(model, ids, tokens, block_size):
    for _ in range(tokens):
        x = torch.argmax(model(ids[:, -block_size:], last=True), dim=-1, keepdim=True)
        ids = torch.cat((ids, x), dim=1)
        yield x.item()


class Arrivals:
    """A streamer of Transformers: is given the prompt, then each token."""

    def __init__(self):
        self.count = 0
        self.times, self.began = [], time.perf_counter()

    def put(self, _):
        now = time.perf_counter()
        self.count += 1
        if self.count > 1:
            self.times.append((now - self.began) * 1000)
            self.began = now

    def end(self):
        pass


def transformers_model(c):
    try:
        from transformers import GPT2Config, GPT2LMHeadModel
    except ImportError:
        return None
    config = GPT2Config(
        vocab_size=c["vocabSize"],
        n_positions=c["blockSize"],
        n_embd=c["nEmbd"],
        n_layer=c["nLayer"],
        n_head=c["nHead"],
        bos_token_id=0,
        eos_token_id=None,
        pad_token_id=0,
        attn_implementation="sdpa",
    )
    return GPT2LMHeadModel(config).eval()


def with_transformers(model, ids, tokens):
    arrivals = Arrivals()
    mask = torch.ones_like(ids)
    model.generate(ids, attention_mask=mask, max_new_tokens=tokens, do_sample=False, streamer=arrivals)
    return arrivals.times


def answer(value):
    print(json.dumps(value), flush=True)


@torch.inference_mode()
def main():
    c = json.loads(sys.stdin.readline())
    torch.set_num_threads(c["threads"])
    torch.manual_seed(1)
    model = Gpt(c).eval()
    theirs = transformers_model(c)
    answer({"torch": torch.__version__, "parameters": sum(p.numel() for p in model.parameters())})
    for line in sys.stdin:
        question = json.loads(line)
        ids = torch.tensor([question["prompt"]])
        if question["style"] == "transformers":
            answer({"tokenMs": with_transformers(theirs, ids, question["tokens"]) if theirs else None})
            continue
        style = {"cached": cached, "recomputed": recomputed}[question["style"]]
        times, began = [], time.perf_counter()
        for _ in style(model, ids, question["tokens"], c["blockSize"]):
            now = time.perf_counter()
            times.append((now - began) * 1000)
            began = now
        answer({"tokenMs": times})


if __name__ == "__main__":
    main()

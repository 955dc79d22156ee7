"""PyTorch's side of the generation benchmark: the same GPT with random weights, talking token by token.

Reads JSON lines: first {nLayer, nHead, nEmbd, blockSize, vocabSize, threads}, then {style, prompt, tokens}; answers each
with a JSON line. Styles, both eager float32 with scaled_dot_product_attention and greedy choice:
"cached": as Hugging Face's generate does it, keys and values joined to a cache by torch.cat, one token a pass.
"recomputed": as nanoGPT's generate does it, the whole window anew for every token.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        d = c["nEmbd"]
        self.heads = c["nHead"]
        self.ln_1, self.ln_2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, past):
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.heads, -1).transpose(1, 2) for p in self.qkv(self.ln_1(x)).split(d, dim=2))
        if past is not None:
            k, v = torch.cat((past[0], k), dim=2), torch.cat((past[1], v), dim=2)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=past is None)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.ln_2(x)))), (k, v)


class Gpt(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(c["vocabSize"], c["nEmbd"]), nn.Embedding(c["blockSize"], c["nEmbd"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["nLayer"]))
        self.ln_f = nn.LayerNorm(c["nEmbd"])
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, x, past=None):
        """Logits of the last position, and each layer's keys and values."""
        start = 0 if past is None else past[0][0].shape[2]
        h = self.wte(x) + self.wpe(torch.arange(start, start + x.shape[1]))
        present = []
        for i, block in enumerate(self.blocks):
            h, kv = block(h, None if past is None else past[i])
            present.append(kv)
        return F.linear(self.ln_f(h[:, -1:]), self.wte.weight)[:, -1], present


def cached(model, ids, tokens, block_size):
    x, past = ids, None
    for _ in range(tokens):
        logits, past = model(x, past)
        x = torch.argmax(logits, dim=-1, keepdim=True)
        yield x.item()


def recomputed(model, ids, tokens, block_size):
    for _ in range(tokens):
        logits, _ = model(ids[:, -block_size:])
        x = torch.argmax(logits, dim=-1, keepdim=True)
        ids = torch.cat((ids, x), dim=1)
        yield x.item()


def answer(value):
    print(json.dumps(value), flush=True)


@torch.inference_mode()
def main():
    c = json.loads(sys.stdin.readline())
    torch.set_num_threads(c["threads"])
    torch.manual_seed(1)
    model = Gpt(c).eval()
    answer({"torch": torch.__version__, "parameters": sum(p.numel() for p in model.parameters())})
    for line in sys.stdin:
        question = json.loads(line)
        style = {"cached": cached, "recomputed": recomputed}[question["style"]]
        times, began = [], time.perf_counter()
        for _ in style(model, torch.tensor([question["prompt"]]), question["tokens"], c["blockSize"]):
            now = time.perf_counter()
            times.append((now - began) * 1000)
            began = now
        answer({"tokenMs": times})


if __name__ == "__main__":
    main()

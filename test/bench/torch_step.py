"""PyTorch's side of the step benchmark: one training step of the same model, as one would write it.

Reads JSON lines: first {mode, model, nLayer, nHead, nEmbd, blockSize, batchSize, vocabSize, threads, device,
stepsPerWait}, then {budgetMs}; answers each with a JSON line. mode: "eager" or "compile", then "float32" or "bfloat16" (autocast, float32 weights).
scaled_dot_product_attention, fused AdamW, clipping at 1.0, a new batch each step.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from torch_gpt import Gpt


class Llama(nn.Module):
    """transformers' own, of the shape that ours has (engine/model/llama.ts)."""

    def __init__(self, c):
        super().__init__()
        # Only where it is measured: the import takes seconds.
        from transformers import LlamaConfig, LlamaForCausalLM

        d, step = c["nEmbd"], 32
        self.hf = LlamaForCausalLM(LlamaConfig(
            vocab_size=c["vocabSize"], hidden_size=d, num_hidden_layers=c["nLayer"], num_attention_heads=c["nHead"],
            intermediate_size=step * -(-8 * d // (3 * step)), max_position_embeddings=c["blockSize"], rms_norm_eps=1e-5,
            use_cache=False, attn_implementation="sdpa",
        ))

    def forward(self, x):
        return self.hf(input_ids=x).logits


class Lstm(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte = nn.Embedding(c["vocabSize"], c["nEmbd"])
        self.lstm = nn.LSTM(c["nEmbd"], c["nEmbd"], c["nLayer"], batch_first=True)
        self.lm_head = nn.Linear(c["nEmbd"], c["vocabSize"])

    def forward(self, x):
        return self.lm_head(self.lstm(self.wte(x))[0])


class Loss(nn.Module):
    """The model with its loss, which is what a compiler should see whole."""

    def __init__(self, model, bfloat16, device):
        super().__init__()
        self.model, self.bfloat16, self.device = model, bfloat16, device

    def forward(self, x, y):
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.bfloat16):
            logits = self.model(x)
            return F.cross_entropy(logits.view(-1, logits.shape[-1]), y.reshape(-1))


def peak_bytes():
    """Of this program alone: ru_maxrss may still hold the peak of the process that started it."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def answer(value):
    print(json.dumps(value), flush=True)


def main():
    c = json.loads(sys.stdin.readline())
    torch.set_num_threads(c["threads"])
    torch.manual_seed(1)
    how, dtype = c["mode"].split(" ")
    device, per_wait = c["device"], c["stepsPerWait"]
    # Where tensor cores are, float32 goes through TF32 on both sides (TensorFlow's default).
    torch.set_float32_matmul_precision("high")
    model = {"gpt": Gpt, "llama": Llama, "lstm": Lstm}[c["model"]](c).to(device)
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)
    loss_of = Loss(model, dtype == "bfloat16", device)
    if how == "compile":
        loss_of = torch.compile(loss_of)
    text = torch.randint(0, c["vocabSize"], (100_000,))

    def batch():
        starts = torch.randint(0, len(text) - c["blockSize"] - 1, (c["batchSize"],))
        window = torch.stack([text[s : s + c["blockSize"] + 1] for s in starts])
        return window.pin_memory() if device == "cuda" else window

    def steps(count):
        """Milliseconds a step, the wait for the device included."""
        batches = [batch() for _ in range(count)]
        began = time.perf_counter()
        for window in batches:
            window = window.to(device, non_blocking=True)
            loss = loss_of(window[:, :-1], window[:, 1:])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
        assert torch.isfinite(loss).item()
        return (time.perf_counter() - began) * 1000 / count

    answer({"version": torch.__version__, "firstStepMs": steps(1)})
    for line in sys.stdin:
        budget, times, cpu = json.loads(line)["budgetMs"], [], time.process_time()
        while len(times) < 2 or sum(times) * per_wait < budget:
            times.append(steps(per_wait))
        cpu_ms = (time.process_time() - cpu) * 1000 / (len(times) * per_wait)
        answer({"stepMs": times, "cpuMs": cpu_ms, "peakBytes": peak_bytes(), "nativeCalls": None})


if __name__ == "__main__":
    main()

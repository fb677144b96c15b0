"""What frameworks around torch promise: calls that hand their argument on, classes that are modules, methods that train."""

from __future__ import annotations

from bcelint.contracts.rows import page, spelled
from bcelint.contracts.schema import Wrapper


def wraps(names: str, keyword: str | None = None, source: str = "", argument: int = 0, splits: bool = False) -> Wrapper:
    full = spelled(names)
    return Wrapper(full, source or page(full[0]), argument, keyword, splits=splits)


WRAPPERS = (
    wraps("nn.DataParallel torch.nn.parallel.DataParallel", "module", splits=True),
    wraps("torch.nn.parallel.DistributedDataParallel", "module"),
    wraps("apex.parallel.DistributedDataParallel apex.parallel.convert_syncbn_model", "module", "nvidia.github.io/apex/parallel.html"),
    wraps("torch.distributed.fsdp.FullyShardedDataParallel torch.distributed.fsdp.fully_shard", "module"),
    wraps("fairscale.nn.ShardedDataParallel fairscale.nn.FullyShardedDataParallel", "module", "fairscale.readthedocs.io"),
    wraps("apex.amp.scale_loss", "loss", "nvidia.github.io/apex/amp.html"),
    Wrapper(("apex.amp.initialize",), "nvidia.github.io/apex/amp.html", all_arguments=True),
    wraps("torch.compile", "model"),
    wraps("torch.jit.script", "obj"),
    wraps("torch.jit.trace", "func"),
    wraps("torch.jit.freeze", "mod"),
    wraps("torch.jit.optimize_for_inference", "mod"),
    wraps("torch.autograd.Variable", "data"),
    wraps("torch.fx.symbolic_trace", "root"),
    wraps("copy.copy copy.deepcopy", "x", "docs.python.org/3/library/copy.html"),
    wraps("nn.SyncBatchNorm.convert_sync_batchnorm", "module"),
    wraps("torch.nn.utils.spectral_norm torch.nn.utils.weight_norm torch.nn.utils.remove_weight_norm", "module"),
    wraps("torch.nn.utils.remove_spectral_norm", "module"),
    wraps("torch.nn.utils.parametrizations.spectral_norm torch.nn.utils.parametrizations.weight_norm", "module"),
    wraps("torch.nn.utils.parametrizations.orthogonal", "module"),
    wraps("kornia.utils.to_device", "x", "kornia.readthedocs.io"),
)
"""Calls whose result is their argument, as far as values go."""

CALLS_ITS_ARGUMENT = frozenset(
    {"torch.utils.checkpoint.checkpoint", "fairscale.nn.checkpoint.checkpoint_wrapper", "deepspeed.checkpointing.checkpoint"}
)
"""Functions that call their first argument with the rest of them (torch.utils.checkpoint docs)."""

SELF_METHODS = frozenset(
    {
        "to", "cuda", "cpu", "xpu", "train", "eval", "half", "float", "double", "bfloat16", "apply", "requires_grad_",
        "share_memory", "to_empty", "type",
    }
)  # fmt: skip
"""Methods of ``torch.nn.Module`` that return the module itself (torch.nn.Module docs)."""

MODULE_ATTRIBUTES = SELF_METHODS | {
    "_apply", "_call_impl", "_compiled_call_impl", "_get_backward_hooks", "_get_backward_pre_hooks", "_get_name", "_load_from_state_dict",
    "_maybe_warn_non_full_backward_hook", "_named_members", "_register_load_state_dict_pre_hook", "_register_state_dict_hook",
    "_replicate_for_data_parallel", "_save_to_state_dict", "_slow_forward", "_version", "_wrapped_call_impl", "T_destination", "add_module",
    "buffers", "call_super_init", "children", "compile", "dump_patches", "extra_repr", "forward", "get_buffer",
    "get_extra_state", "get_parameter", "get_submodule", "ipu", "load_state_dict", "modules", "mtia", "named_buffers", "named_children",
    "named_modules", "named_parameters", "parameters", "register_backward_hook", "register_buffer", "register_forward_hook",
    "register_forward_pre_hook", "register_full_backward_hook", "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_module", "register_parameter", "register_state_dict_post_hook",
    "register_state_dict_pre_hook", "set_extra_state", "set_submodule", "state_dict", "training", "zero_grad",
}  # fmt: skip
"""What any ``torch.nn.Module`` has (``dir`` of one), but for special methods."""

MODULE_FIELDS = frozenset(
    "_backward_hooks _backward_pre_hooks _buffers _forward_hooks _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks "
    "_forward_pre_hooks_with_kwargs _is_full_backward_hook _load_state_dict_post_hooks _load_state_dict_pre_hooks _modules "
    "_non_persistent_buffers_set _parameters _state_dict_hooks _state_dict_pre_hooks training".split()
)
"""What the constructor of ``torch.nn.Module`` sets (``vars`` of one)."""

PLAIN_BASES = frozenset(
    {
        "torch.nn.Module",
        "torch.nn.modules.Module",
        "torch.nn.modules.module.Module",
        "torch.nn.modules.loss._Loss",
        "torch.utils.data.Dataset",
        "torch.utils.data.dataset.Dataset",
        "torch.utils.data.IterableDataset",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
    }
)
"""Classes of which an object has no attribute but those that are named here."""

MODULE_BASES = frozenset(
    {
        "torch.nn.Module",
        "torch.nn.modules.Module",
        "torch.nn.modules.module.Module",
        "torch.nn.modules.loss._Loss",
        "torch.nn.modules.loss._WeightedLoss",
        "torch.jit.ScriptModule",
        "torch.fx.GraphModule",
        "pytorch_lightning.LightningModule",
        "pytorch_lightning.core.LightningModule",
        "pytorch_lightning.core.lightning.LightningModule",
        "pytorch_lightning.core.module.LightningModule",
        "lightning.LightningModule",
        "lightning.pytorch.LightningModule",
        "lightning.pytorch.core.LightningModule",
        "transformers.PreTrainedModel",
        "transformers.modeling_utils.PreTrainedModel",
        "mmengine.model.BaseModule",
        "mmengine.model.BaseModel",
        "mmcv.runner.BaseModule",
        "fairseq.models.BaseFairseqModel",
        "fairseq.models.FairseqModel",
        "fairseq.models.FairseqEncoder",
        "fairseq.models.FairseqDecoder",
        "fairseq.models.FairseqEncoderDecoderModel",
        "fairseq.criterions.FairseqCriterion",
        "diffusers.ModelMixin",
        "diffusers.models.modeling_utils.ModelMixin",
        "allennlp.models.Model",
        "allennlp.models.model.Model",
        "flair.nn.Model",
        "speechbrain.nnet.containers.Sequential",
        "torch_geometric.nn.MessagePassing",
        "torch_geometric.nn.conv.MessagePassing",
        "segmentation_models_pytorch.base.SegmentationModel",
        "gpytorch.Module",
        "pyro.nn.PyroModule",
        "kornia.core.Module",
    }
)
"""Classes that behave like ``torch.nn.Module``: attributes set in ``__init__``, and a call that runs ``forward``."""

BACKWARD_METHODS = frozenset({"manual_backward"})
"""Methods of such a class that call ``backward`` of what they are given (lightning.ai/docs, manual optimization)."""

TRAINING_STEPS = frozenset(
    {"training_step", "training_step_end", "training_epoch_end", "compute_loss", "train_step", "forward_train", "compute_objectives"}
)
"""Methods whose returned value a framework trains on: Lightning, Hugging Face's ``Trainer``, mmengine, speechbrain."""

LAYER_BASES = {
    "torch.nn.ReLU6": "torch.nn.Hardtanh",
    **{f"torch.nn.Upsampling{mode}2d": "torch.nn.Upsample" for mode in ("Nearest", "Bilinear")},
    **{f"torch.nn.ZeroPad{n}d": f"torch.nn.ConstantPad{n}d" for n in (1, 2, 3)},
    **{f"torch.nn.Lazy{cls}": f"torch.nn.{cls}" for cls in ("Linear", *(f"Conv{kind}{n}d" for kind in ("", "Transpose") for n in (1, 2, 3)))},
}
"""Layers of torch that inherit from another one (dir(torch.nn), torch 2.13)."""

CONTAINERS = frozenset(
    {
        "torch.nn.Sequential",
        "torch.nn.ModuleList",
        "torch.nn.ModuleDict",
        "torch.nn.ParameterList",
        "torch.nn.ParameterDict",
        "mmengine.model.Sequential",
        "mmengine.model.ModuleList",
        "mmcv.runner.Sequential",
        "mmcv.runner.ModuleList",
    }
)
"""Modules that hold others by position or name."""

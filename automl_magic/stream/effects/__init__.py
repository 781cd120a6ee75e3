"""effects: sinks for results, which commit offsets in the same transaction (one file each)."""

from automl_magic.stream.effects.base import Batch, Effects, NotNow, Overtaken
from automl_magic.stream.effects.store import StoreEffects
from automl_magic.stream.effects.topic import TopicEffects

__all__ = ["Batch", "Effects", "NotNow", "Overtaken", "StoreEffects", "TopicEffects"]

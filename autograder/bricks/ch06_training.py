"""Chapter 6: the bricks of training, in the order of the text."""

from __future__ import annotations

from autograder.bricks import (
    ch06_data,
    ch06_epoch,
    ch06_fitting,
    ch06_layers,
    ch06_metrics,
    ch06_modules,
)
from autograder.bricks.brick import Chapter

CHAPTER = Chapter(
    slug="06-training",
    title="Training",
    bricks=(
        ch06_modules.MODULE,
        ch06_modules.LINEAR,
        ch06_modules.SEQUENTIAL,
        ch06_epoch.TRAIN_EPOCH,
        ch06_epoch.PREDICT,
        ch06_metrics.ACCURACY,
        ch06_metrics.CONFUSION_MATRIX,
        ch06_metrics.PRECISION_RECALL_F1,
        ch06_metrics.ROC_AUC,
        ch06_data.K_FOLD,
        ch06_fitting.L1_PENALTY,
        ch06_fitting.L2_PENALTY,
        ch06_layers.DROPOUT,
        ch06_layers.DROPOUT_BACKWARD,
        ch06_fitting.EARLY_STOPPING,
        ch06_data.AUGMENT,
        ch06_layers.BATCH_NORM,
        ch06_layers.BATCH_NORM_BACKWARD,
    ),
)

"""From one learner to a class: hand out, collect, mark."""

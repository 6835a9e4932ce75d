"""The engines behind `intake.ports`, one module each."""

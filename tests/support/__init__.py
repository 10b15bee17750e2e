"""What tests of several rooms share: values, clocks, waiting and stand-ins for what is outside."""

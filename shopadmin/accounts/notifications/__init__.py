"""What people are told of, in the site and by e-mail: `sending.notify` tells, `kinds` lists what there is to tell."""
